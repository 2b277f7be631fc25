import Foundation
import NIOCore

/// The few fields of a request body that the gateway must know; everything else passes unread.
struct RequestFields: Decodable, Hashable {
    let model: String
    let stream: Bool
    let user: String?
    let conversation: String?

    private enum Key: String, CodingKey {
        case model, stream, user, safety_identifier, metadata
    }

    init(parsing body: ByteBuffer) throws(GatewayError) {
        let bytes = body.readableBytesView
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]), String(validating: bytes, as: UTF8.self) != nil else {
            throw .bodyNotUTF8
        }
        do {
            self = try JSONDecoder().decode(RequestFields.self, from: Data(bytes))
        } catch let error as GatewayError {
            throw error
        } catch DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty {
            throw .bodyNotAnObject
        } catch DecodingError.typeMismatch(_, let context) {
            throw .fieldInvalid(context.codingPath.map(\.stringValue).joined(separator: "."))
        } catch DecodingError.valueNotFound(_, let context) where context.codingPath.isEmpty {
            throw .bodyNotAnObject
        } catch {
            throw .bodyNotJSON
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard let model = try container.decodeIfPresent(String.self, forKey: .model), !model.isEmpty else {
            throw GatewayError.modelMissing
        }
        guard model.utf8.count <= 256, !model.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw GatewayError.fieldInvalid("model")
        }
        self.model = model
        stream = try container.decodeIfPresent(Bool.self, forKey: .stream) ?? false
        // OpenAI's own fields for who is asking; of another type they are the provider's to refuse.
        let identifier = try? container.decodeIfPresent(String.self, forKey: .safety_identifier)
        let user = try? container.decodeIfPresent(String.self, forKey: .user)
        self.user = identifier ?? user
        let metadata = try? container.decodeIfPresent([String: String].self, forKey: .metadata)
        conversation = metadata?["conversation_id"] ?? metadata?["conversation"]
    }
}
