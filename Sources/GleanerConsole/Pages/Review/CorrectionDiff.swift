import Foundation
import GleanerReview

/// What a correction changes, word by word, for the module that shows it to whoever writes it.
struct CorrectionDiff: Encodable, Sendable {
    struct Part: Encodable, Sendable {
        struct Run: Encodable, Sendable {
            let text: String
            let isHidden: Bool
        }
        let kind: WordDiff.Kind
        let runs: [Run]
    }
    let parts: [Part]

    init(from answer: String, to correction: String) {
        parts = WordDiff(from: answer, to: correction).parts.map { part in
            Part(kind: part.kind, runs: Span.visible(part.text).map { .init(text: $0.text, isHidden: $0.isHidden) })
        }
    }
}

/// The tag of a language for a page, whose voices and fonts go by it.
enum PageLanguage {
    /// - Parameter language: as `exchanges.language` names it. Two in one text, or none that is known, have no tag.
    static func tag(_ language: String?) -> String? {
        guard let language, language != "und", language != "hi-en" else { return nil }
        return language
    }
}
