/// What a request's own bytes say of it, for what nobody said beside it; nothing when they are no JSON object.
struct RequestHints {
    var model: String?
    var streamed = false
    var endUser: String?
    var conversation: String?

    init(_ request: [UInt8]) {
        guard let body = try? JSONText(request[...]) else { return }
        model = (try? body.string("model"))?.asLabel
        streamed = body["stream"]?.elementsEqual("true".utf8) ?? false
        endUser = ((try? body.string("safety_identifier")) ?? (try? body.string("user")))?.asLabel
        if let metadata = body["metadata"], let members = try? JSONText(metadata) {
            conversation =
                ((try? members.string("conversation_id")) ?? (try? members.string("conversation")))?.asLabel
        }
    }
}

extension LoggedExchange {
    /// Fills what is still open from the request's own bytes.
    mutating func completeFromRequest() {
        let hints = RequestHints(request)
        model = model ?? hints.model
        streamed = streamed || hints.streamed
        endUser = endUser ?? hints.endUser
        conversation = conversation ?? hints.conversation
    }
}

extension String {
    /// From a document that is not ours to refuse: cut to 256 characters and cleaned; `nil` when nothing is left.
    var asLabel: String? {
        let clean = String(
            String.UnicodeScalarView(
                unicodeScalars.prefix(256).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
        return clean.isEmpty ? nil : clean
    }
}
