public import Crypto

extension SHA256 {
    /// The digest of `bytes`. `hash(data:)` finds their regions first, and an array of its digest is filled byte by byte.
    public static func digest(of bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(digest) }

    public static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize().bytes
    }
}

extension SHA256Digest {
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
