import Crypto
import GleanerCore

/// Versions of evaluators that are configured: of the rules, and behind a dash the first 8 hexadecimal digits of the SHA-256 of the
/// configuration, so that figures of two models or rubrics are never taken for each other's.
enum EvaluatorVersion {
    static func text(_ rules: String, configuration: some Encodable) -> String {
        let bytes = (try? StoredJSON.bytes(configuration)) ?? []
        return "\(rules)-\(SHA256.hash(data: bytes).prefix(4).hexadecimal)"
    }
}
