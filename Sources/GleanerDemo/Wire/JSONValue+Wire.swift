import GleanerCore

extension JSONValue {
    /// Canonical bytes of a document that this module built, which holds no infinite number and so always encodes.
    var wireBytes: [UInt8] {
        do {
            return try canonicalBytes()
        } catch {
            preconditionFailure("a document of finite numbers does not encode: \(error)")
        }
    }
}
