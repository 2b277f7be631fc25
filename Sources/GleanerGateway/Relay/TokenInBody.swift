import NIOCore

/// Writes a feedback token into an answer on its way out, for clients that asked for it because their SDK hides headers.
/// What is stored stays the provider's own bytes.
///
/// In a JSON object it is the first member, `gleaner_feedback_token`. In a stream it is a field of that name's own,
/// `gleaner-feedback-token`, ahead of the first event: whoever reads streams by the standard passes over fields they do
/// not know, so no SDK meets an event it does not expect.
struct TokenInBody: Sendable {
    private let token: String
    private let isEventStream: Bool

    /// `nil` when the answer cannot take one: it is neither a stream nor a JSON object, or it is compressed.
    /// - Parameter headers: the provider's, names in lower case.
    init?(_ grant: FeedbackTokenGrant?, headers: [String: String], isEventStream: Bool) {
        guard let grant, grant.isInBody, headers["content-encoding"]?.lowercased() ?? "identity" == "identity" else {
            return nil
        }
        let isJSON = headers["content-type"]?.lowercased().hasPrefix("application/json") ?? false
        guard isEventStream || isJSON, let token = grant.token else { return nil }
        self.token = token
        self.isEventStream = isEventStream
    }

    /// What goes out before a stream's first byte; empty for any other body.
    var preface: ByteBuffer {
        isEventStream ? ByteBuffer(string: "gleaner-feedback-token: \(token)\n\n") : ByteBuffer()
    }

    /// The beginning of a JSON body with the token in it; as it was when it does not begin an object.
    func into(_ beginning: ByteBuffer) -> ByteBuffer {
        guard !isEventStream, let brace = Self.firstByte(beginning, after: 0),
            beginning.getInteger(at: beginning.readerIndex + brace) == UInt8(ascii: "{"),
            let next = Self.firstByte(beginning, after: brace + 1)
        else { return beginning }
        let isEmpty = beginning.getInteger(at: beginning.readerIndex + next) == UInt8(ascii: "}")
        let member = "\"gleaner_feedback_token\":\"\(token)\"" + (isEmpty ? "" : ",")
        var (rest, result) = (beginning, ByteBuffer())
        result.reserveCapacity(beginning.readableBytes + member.utf8.count)
        if var head = rest.readSlice(length: brace + 1) { result.writeBuffer(&head) }
        result.writeString(member)
        result.writeBuffer(&rest)
        return result
    }

    /// A whole body with the token in it.
    func whole(_ body: ByteBuffer) -> ByteBuffer {
        var whole = preface
        whole.writeImmutableBuffer(into(body))
        return whole
    }

    /// Where the first byte that is no white space stands, counted from the first readable one.
    private static func firstByte(_ bytes: ByteBuffer, after start: Int) -> Int? {
        bytes.withUnsafeReadableBytes { view in
            view.indices.dropFirst(start).first { ![0x20, 0x09, 0x0A, 0x0D].contains(view[$0]) }
        }
    }
}
