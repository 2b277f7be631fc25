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
        case verdict(ReviewAnswers)
        case skip(reason: String?)
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
        while true {
            guard let item = try await review.next(for: reviewer, in: project) else {
                write("Nothing is open. ")
                break
            }
            do {
                guard try await judge(item, &summary) else { break }
            } catch ReviewError.leaseLost {
                write("The lease of this item ran out, and somebody else has it now.\n")
            } catch {
                await giveBack(item)
                throw error
            }
        }
        write("\(summary.submitted) reviewed, \(summary.skipped) skipped.\n")
        return summary
    }

    /// - Returns: whether to go on.
    private func judge(_ item: ReviewItem, _ summary: inout Summary) async throws -> Bool {
        write("\n──── \(item.exchange)   \(summary.submitted) done\n\(Transcript(item: item))")
        switch try ask(item.rubric) {
        case .verdict(let verdict):
            _ = try await review.submit(verdict, slot: item.slot, token: item.leaseToken, in: project)
            summary.submitted += 1
        case .skip(let reason):
            try await review.skip(slot: item.slot, token: item.leaseToken, in: project, reason: reason)
            summary.skipped += 1
        case .quit:
            await giveBack(item)
            return false
        }
        return true
    }

    /// An item that cannot go back now does so when its lease runs out.
    private func giveBack(_ item: ReviewItem) async {
        try? await review.giveBack(slot: item.slot, token: item.leaseToken, in: project)
    }

    // MARK: Asking

    private static let help = """
        1–5 score   c correct the answer   s [why] skip   q quit (the item goes back)   ? this help

        """

    private func ask(_ rubric: Rubric) throws -> Answer {
        var given = ReviewAnswers()
        for question in rubric.questions {
            var isAnswered = false
            while !isAnswered {
                let hint = Self.hint(question) + (given.correction == nil ? "" : " [corrected]")
                write("\(question.name) (\(question.meaning))\(hint) > ")
                guard let line = read()?.trimmingCharacters(in: .whitespaces) else { return .quit }
                switch line {
                case "q": return .quit
                case "s": return .skip(reason: nil)
                case _ where line.hasPrefix("s ") && question.kind != .text:
                    if let reason = checked(String(line.dropFirst(2)), as: "reason") { return .skip(reason: reason) }
                case "c": given.correction = readCorrection() ?? given.correction
                case "?": write(Self.help)
                case "" where !question.required: isAnswered = true
                default:
                    isAnswered = Self.take(line, for: question, &given)
                    if !isAnswered { write("Not understood. " + Self.help) }
                }
            }
        }
        return .verdict(given)
    }

    /// Options are chosen by their numbers.
    private static func hint(_ question: RubricQuestion) -> String {
        let options = question.options.enumerated().map { "\($0.offset + 1) \($0.element.label)" }
        return (options.isEmpty ? "" : " " + options.joined(separator: ", "))
            + (question.required ? "" : " [Enter: none]")
    }

    /// - Returns: whether the line answers the question.
    private static func take(_ line: String, for question: RubricQuestion, _ given: inout ReviewAnswers) -> Bool {
        switch question.kind {
        case .scale:
            guard let score = Int(line).flatMap({ try? Score($0) }) else { return false }
            given.scores[question.name] = Int(score.value)
        case .text:
            guard let text = try? ReviewText.checked(line, as: question.name) else { return false }
            given.answers[question.name] = .string(text)
        case .choice, .choices:
            let numbers = line.split(whereSeparator: { $0 == " " || $0 == "," }).map { Int($0) ?? 0 }
            guard !numbers.isEmpty, numbers.allSatisfy({ (1...question.options.count).contains($0) }),
                question.kind == .choices || numbers.count == 1
            else { return false }
            let chosen = numbers.map { JSONValue.string(question.options[$0 - 1].value) }
            given.answers[question.name] = question.kind == .choice ? chosen[0] : .array(chosen)
        }
        return true
    }

    /// Lines up to one that is a single full stop; `nil` when there is nothing to keep.
    private func readCorrection() -> String? {
        write("The better answer; end it with a line that is a single full stop:\n")
        var lines: [String] = []
        while let line = read(), line != "." { lines.append(line) }
        return checked(lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines), as: "correction")
    }

    /// Says what is wrong with a text that cannot be kept.
    private func checked(_ text: String, as field: String) -> String? {
        do {
            return try ReviewText.checked(text, as: field)
        } catch {
            write("\(error.explanation.what) \(error.explanation.why)\n")
            return nil
        }
    }
}
