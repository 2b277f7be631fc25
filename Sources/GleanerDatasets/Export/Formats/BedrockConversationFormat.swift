import GleanerCore

/// `{"schemaVersion": "bedrock-conversation-2024", "system": [{"text"}], "messages": [{"role", "content": [{"text"}]}]}` for
/// Amazon Nova. Images must lie in S3.
struct BedrockConversationFormat: LineFormat {
    static let schemaVersion = "bedrock-conversation-2024"

    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        guard !example.usesTools else { throw .tools }
        let turns = try Turns(example.learnt()).joined().alternating()
        var lost = turns.simplified.union(example.lossOfMarks()).subtracting([.partsJoined])
        var messages: [JSONValue] = []
        for turn in turns.rest {
            messages.append(["role": .string(turn.role.rawValue), "content": try Self.content(turn, &lost)])
        }
        var line: [String: JSONValue] = [
            "schemaVersion": .string(Self.schemaVersion), "messages": .array(messages),
        ]
        if let system = turns.system, !system.isEmpty { line["system"] = [["text": .string(system)]] }
        return Written(.object(line), simplified: lost)
    }

    private static func content(_ turn: Turn, _ lost: inout Set<Simplification>) throws(Unfit) -> JSONValue {
        var blocks: [JSONValue] = []
        for part in turn.parts {
            switch part {
            case .text(let text): if !text.isEmpty { blocks.append(["text": .string(text)]) }
            case .image(let url, let hasDetail):
                guard turn.role == .user, url.hasPrefix("s3://"), let type = ImageType(ofFile: url) else {
                    throw .images
                }
                if hasDetail { lost.insert(.imageDetail) }
                blocks.append([
                    "image": ["format": .string(type.rawValue), "source": ["s3Location": ["uri": .string(url)]]]
                ])
            case .other: throw .otherParts
            }
        }
        if blocks.isEmpty { throw .emptyText }
        return .array(blocks)
    }
}

/// What an image's address says of its kind.
enum ImageType: String {
    case png, jpeg, webp, gif

    init?(ofFile address: String) {
        guard let dot = address.lastIndex(of: ".") else { return nil }
        let ending = address[address.index(after: dot)...].lowercased()
        self.init(rawValue: ending == "jpg" ? "jpeg" : ending)
    }

    var mimeType: String { "image/\(rawValue)" }
}
