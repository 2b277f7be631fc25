import Crypto
import Foundation
import GleanerCore

/// `POST /v1/embeddings`: a unit vector per input, from its digest; texts that are alike are not near each other.
extension ChatReply {
    func embeddingsDocument(for request: ChatRequest) -> JSONValue {
        let asked = request.document["dimensions"]?.intValue ?? 64
        let dimensions = Int(min(max(asked, 1), 4096))
        let asBase64 = request.document["encoding_format"] == "base64"
        let data: [JSONValue] = request.inputs.enumerated().map { index, text in
            let vector = Self.vector(of: text, dimensions: dimensions)
            let value: JSONValue =
                asBase64
                ? .string(Self.base64(vector)) : .array(vector.map { .number(Double($0)) })
            return ["object": "embedding", "index": .integer(Int64(index)), "embedding": value]
        }
        let count = request.inputs.reduce(0) { $0 + Pieces.of($1).count }
        return [
            "object": "list", "model": .string(model), "data": .array(data),
            "usage": ["prompt_tokens": .integer(Int64(count)), "total_tokens": .integer(Int64(count))],
        ]
    }

    static func vector(of text: String, dimensions: Int) -> [Float] {
        var values: [Float] = []
        var block = 0
        while values.count < dimensions {
            let hash = SHA256.hash(data: Array("\(block)\u{1F}\(text)".utf8))
            values += hash.map { (Float($0) - 127.5) / 127.5 }
            block += 1
        }
        values = Array(values.prefix(dimensions))
        let length = values.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    /// Little-endian 32-bit floats.
    private static func base64(_ vector: [Float]) -> String {
        let bytes = vector.flatMap { value in
            let bits = value.bitPattern
            return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        }
        return Data(bytes).base64EncodedString()
    }
}
