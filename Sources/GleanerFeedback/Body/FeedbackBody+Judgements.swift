import GleanerCore

extension FeedbackBody {
    /// What the body says, in the order of the reference page.
    static func judgements(_ fields: KeyedDecodingContainer<Key>) throws -> [Judgement] {
        var judgements: [Judgement] = []
        if let up = try thumb(fields) { judgements.append(.thumb(up: up)) }
        if let score = try fields.decodeIfPresent(Int.self, forKey: .score) {
            judgements.append(.score(try Score(score)))
        }
        if let comment = try fields.text(.comment) { judgements.append(.comment(comment)) }
        if let correction = try fields.text(.correction) { judgements.append(.correction(correction)) }
        if let flag = try flag(fields) { judgements.append(flag) }
        if let tags = try tags(fields) { judgements.append(.tags(tags)) }
        if let signal = try signal(fields) { judgements.append(.signal(signal)) }
        if let preference = try fields.decodeIfPresent(PreferenceBody.self, forKey: .preference) {
            judgements.append(.preference(preference.preference))
        }
        return judgements
    }

    /// `"up"`, `"down"`, 1 or -1.
    private static func thumb(_ fields: KeyedDecodingContainer<Key>) throws -> Bool? {
        guard fields.contains(.thumb), try !fields.decodeNil(forKey: .thumb) else { return nil }
        if let number = try? fields.decode(Int.self, forKey: .thumb), number == 1 || number == -1 {
            return number == 1
        }
        switch try? fields.decode(String.self, forKey: .thumb) {
        case "up": return true
        case "down": return false
        default: throw FeedbackError.thumbInvalid
        }
    }

    private static func flag(_ fields: KeyedDecodingContainer<Key>) throws -> Judgement? {
        let reason = try fields.text(.reason)
        if let raised = try fields.decodeIfPresent(Bool.self, forKey: .flag) {
            return .flag(raised: raised, reason: reason)
        }
        if reason != nil { throw FeedbackError.reasonWithoutFlag }
        return nil
    }

    /// A set: sorted, each word once, without space around it.
    private static func tags(_ fields: KeyedDecodingContainer<Key>) throws -> [String]? {
        guard let sent = try fields.decodeIfPresent([String].self, forKey: .tags) else { return nil }
        // Counted before anything is made of them.
        guard sent.count <= mostTags else { throw FeedbackError.tagsInvalid }
        let words = Set(sent.map { $0.trimmed })
        guard words.allSatisfy(isTag) else { throw FeedbackError.tagsInvalid }
        return words.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func isTag(_ word: String) -> Bool {
        (1...longestTag).contains(word.unicodeScalars.count)
            && !word.unicodeScalars.contains { $0.properties.generalCategory == .control || $0 == "," }
    }

    private static func signal(_ fields: KeyedDecodingContainer<Key>) throws -> Judgement.Signal? {
        guard let name = try fields.decodeIfPresent(String.self, forKey: .signal) else { return nil }
        guard let signal = Judgement.Signal(rawValue: name) else { throw FeedbackError.signalUnknown }
        return signal
    }
}

extension String {
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
