import AsyncPostgres
import Crypto
import GleanerCore
import SimdJSON

extension ExchangeProjection {
    /// The messages of a request that is not chat, written as chat messages.
    mutating func take(_ body: JSONDocument, _ dialect: Dialect, _ repairs: inout Repairs) {
        guard let value = try? JSONValue(body.root) else {
            repairs.insert(.numbers)
            return
        }
        if body.hasLoneSurrogates { repairs.insert(.surrogates) }
        let request = dialect.request(value)
        notes += request.notes
        guard !request.messages.isEmpty else { return }
        var writer = JSONWriter(replacingNUL: true)
        guard (try? JSONValue.array(request.messages).write(to: &writer)) != nil else { return }
        repairs.take(from: writer)
        messages = JSONB(bytes: writer.bytes)
        systemFingerprint = Self.fingerprint(request.messages)
    }

    /// SHA-256 of the leading system and developer messages' text; `nil` when there are none.
    static func fingerprint(_ messages: [JSONValue]) -> [UInt8]? {
        let leading = messages.prefix { $0["role"] == "system" || $0["role"] == "developer" }
        guard !leading.isEmpty,
            let bytes = try? JSONValue.array(leading.map { $0["content"] ?? .null }).canonicalBytes()
        else { return nil }
        return Array(SHA256.hash(data: bytes))
    }
}
