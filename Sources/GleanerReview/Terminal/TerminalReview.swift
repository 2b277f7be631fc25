import Foundation
public import GleanerCore

/// Reviewing on a terminal: shows an exchange, asks the rubric's questions, keeps the verdict, goes on to the next.
///
/// Lines come from `read` and text goes to `write`, so a test can be the terminal.
public struct TerminalReview: Sendable {
    public struct Summary: Sendable, Hashable {
        public var submitted = 0
        public var skipped = 0
    }
    private enum Answer {
        case verdict(ReviewVerdict)
        case skip
        case quit
    }

    private let review: ReviewService
    private let project: ID<Project>
    private let reviewer: String
    private let read: @Sendable () -> String?
    private let write: @Sendable (String) -> Void

    /// - Parameter read: the next line without its newline; `nil` at the end of input.
    public init(
        review: ReviewService, project: ID<Project>, reviewer: String, read: @escaping @Sendable () -> String?,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.review = review
        self.project = project
        self.reviewer = reviewer
        self.read = read
        self.write = write
    }

    /// Goes on until the queue is empty, or the reviewer quits; an unfinished item goes back.
    public func run() async throws -> Summary {
        var summary = Summary()
        while let item = try await review.next(for: reviewer, in: project) {
            try await show(item)
            do {
                switch try ask() {
                case .verdict(let verdict):
                    _ = try await review.submit(verdict, slot: item.slot, token: item.leaseToken, in: project)
                    summary.submitted += 1
                case .skip:
                    try await review.skip(slot: item.slot, token: item.leaseToken, in: project)
                    summary.skipped += 1
                case .quit:
                    try await review.giveBack(slot: item.slot, token: item.leaseToken, in: project)
                    return summary
                }
            } catch ReviewError.leaseLost {
                write("The lease of this item ran out; it goes to somebody else.\n")
            }
        }
        write("Nothing is open. \(summary.submitted) reviewed, \(summary.skipped) skipped.\n")
        return summary
    }

    // MARK: Showing

    private func show(_ item: ReviewItem) async throws {
        let progress = try await review.progress(in: project)
        write("\n──── \(item.exchange)   \(progress.done) done, \(progress.open) open\n")
        guard let messages = item.messages, let answer = item.answer else {
            write("(This exchange could not be read as a conversation; `s` skips it.)\n")
            return
        }
        for message in messages { write(Self.turn(message)) }
        write("\n════ the answer to judge\n" + Self.turn(answer) + "\n")
    }

    private static func turn(_ message: JSONValue) -> String {
        let role = message["role"]?.stringValue ?? "?"
        var text = Self.text(message["content"])
        for call in message["tool_calls"]?.arrayValue ?? [] {
            text +=
                "\n[calls \(call["function"]?["name"]?.stringValue ?? "?")(\(call["function"]?["arguments"]?.stringValue ?? ""))]"
        }
        return "\n[\(role.visible)]\n\(text.visible)\n"
    }

    /// Text, or the text parts of a list; other parts are named.
    private static func text(_ content: JSONValue?) -> String {
        if let text = content?.stringValue { return text }
        return (content?.arrayValue ?? []).map { part in
            part["text"]?.stringValue ?? "[\(part["type"]?.stringValue ?? "part")]"
        }.joined(separator: "\n")
    }

    // MARK: Asking

    private static let help = """
        1–5 score   c correct the answer   s skip   q quit (the item goes back)   ? this help

        """

    private func ask() throws -> Answer {
        var scores: [String: Score] = [:]
        var correction: String?
        for question in Rubric.questions {
            while scores[question] == nil {
                write("\(question) (\(Rubric.meaning(of: question)))\(correction == nil ? "" : " [corrected]") > ")
                guard let line = read()?.trimmingCharacters(in: .whitespaces) else { return .quit }
                switch line {
                case "s": return .skip
                case "q": return .quit
                case "c": correction = readCorrection() ?? correction
                case "?": write(Self.help)
                default:
                    if let number = Int(line), let score = try? Score(number) {
                        scores[question] = score
                    } else {
                        write("Not understood. " + Self.help)
                    }
                }
            }
        }
        return .verdict(try ReviewVerdict(scores: scores, correction: correction))
    }

    /// Lines up to one that is a single full stop; `nil` when nothing was written.
    private func readCorrection() -> String? {
        write("The better answer; end it with a line that is a single full stop:\n")
        var lines: [String] = []
        while let line = read(), line != "." { lines.append(line) }
        let text = lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}
