extension KeyedDecodingContainer {
    /// What somebody wrote: at most 64 KiB; `nil` when there is nothing to read in it.
    func text(_ key: Key) throws -> String? {
        guard let text = try storable(key) else { return nil }
        guard text.utf8.count <= FeedbackBody.longest else {
            throw FeedbackError.tooLong(field: key.stringValue, limit: FeedbackBody.longest, unit: .bytes)
        }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    /// What something is called: at most 256 characters; `nil` when empty.
    func name(_ key: Key) throws -> String? {
        guard let name = try storable(key) else { return nil }
        // Code points, as Postgres counts characters: one grapheme may have any length.
        guard name.unicodeScalars.count <= FeedbackBody.longestName else {
            throw FeedbackError.tooLong(field: key.stringValue, limit: FeedbackBody.longestName, unit: .characters)
        }
        return name.isEmpty ? nil : name
    }

    private func storable(_ key: Key) throws -> String? {
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard !text.utf8.contains(0) else { throw FeedbackError.nulCharacter(field: key.stringValue) }
        return text
    }
}
