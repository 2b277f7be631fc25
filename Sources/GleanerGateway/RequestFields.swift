import GleanerCore
import NIOCore
import SimdJSON

/// The few members of a request body that the gateway must know; everything else passes unread.
///
/// A body has one meaning or none: what two readers could understand differently is refused (duplicate members, lone
/// surrogates, more than 128 levels), and so is what no provider can use. Numbers that no machine word holds are valid
/// JSON and pass.
struct RequestFields: Hashable {
    /// The whole body's rules; 128 levels are far beyond any schema in use.
    static let rules = JSONRules(maximumDepth: 128, keepsNumbersOutOfRange: true)

    private(set) var model: String?
    private(set) var stream = false
    /// The end user: `safety_identifier`, else `user`, else Anthropic's `metadata.user_id`.
    private(set) var user: String?
    private(set) var conversation: String?
    /// `stream_options.include_usage`: the client wants the chunk that says what the answer used.
    private(set) var includesUsage = false
    private(set) var layout = BodyLayout()

    /// - Parameter isJudged: the body is judged before it is sent, so all of it must have one meaning.
    init(parsing body: ByteBuffer, requiresModel: Bool = true, isJudged: Bool = false) throws(GatewayError) {
        var parser = JSONParser(Self.rules)
        self = try parser.read(body.readableBytesSpan) { (result) throws(GatewayError) in
            switch result {
            case .failure(let error): throw GatewayError(error, rules: Self.rules)
            case .success(let document):
                let fields = try RequestFields(document)
                if isJudged, document.hasDuplicateKeys(below: document.root) { throw GatewayError.memberDuplicated }
                return fields
            }
        }
        if requiresModel, model == nil { throw .modelMissing }
    }

    private init(_ document: JSONDocument) throws(GatewayError) {
        guard document.root.kind == .object else { throw .bodyNotAnObject }
        let members = document.members
        layout = BodyLayout(members)
        if let name = layout.duplicate { throw .fieldDuplicated(name) }
        var plainUser: String?
        var metadataUser: String?
        for member in members {
            if member.key == "model" {
                model = try Self.model(member.value)
            } else if member.key == "stream" {
                stream = try Self.flag(member.value, "stream")
            } else if member.key == "stream_options" {
                includesUsage = member.value["include_usage"]?.bool ?? false
            } else if member.key == "safety_identifier" {
                user = try Self.label(member.value, "safety_identifier")
            } else if member.key == "user" {
                plainUser = try Self.label(member.value, "user")
            } else if member.key == "metadata" {
                conversation = try Self.conversation(member.value)
                metadataUser = try member.value["user_id"].flatMap { (value) throws(GatewayError) in
                    try Self.label(value, "metadata.user_id")
                }
            } else {
                try RequestNumbers.check(member)
            }
        }
        user = user ?? plainUser ?? metadataUser
    }

    /// The same bytes, except that the value of `model` is `model` and the members of `parameters` have those values;
    /// members that were not there come last, in the order of their names.
    ///
    /// - Parameter body: the bytes that these fields were read from.
    func rewriting(_ body: ByteBuffer, model: String?, setting parameters: [String: JSONValue]) -> ByteBuffer {
        var changes = parameters
        if let model { changes["model"] = .string(model) }
        return layout.rewriting(body, setting: changes)
    }

    // MARK: Members

    private static func model(_ value: JSONElement) throws(GatewayError) -> String? {
        if value.isNull { return nil }
        guard let text = value.text, text.count <= 256, !text.hasControlCharacters else { throw .fieldInvalid("model") }
        return text.isEmpty ? nil : text.string
    }

    private static func flag(_ value: JSONElement, _ name: String) throws(GatewayError) -> Bool {
        if value.isNull { return false }
        guard let flag = value.bool else { throw .fieldInvalid(name) }
        return flag
    }

    /// Who is asking, or in which thread. Of another type than text it is the provider's to refuse.
    private static func label(_ value: JSONElement, _ name: String) throws(GatewayError) -> String? {
        guard let text = value.text else { return nil }
        guard !text.hasNUL else { throw .fieldInvalid(name) }
        return text.string
    }

    private static func conversation(_ metadata: JSONElement) throws(GatewayError) -> String? {
        let id = try metadata["conversation_id"].map { (value) throws(GatewayError) in
            try label(value, "metadata.conversation_id")
        }
        let plain = try metadata["conversation"].map { (value) throws(GatewayError) in
            try label(value, "metadata.conversation")
        }
        return (id ?? nil) ?? (plain ?? nil)
    }
}
