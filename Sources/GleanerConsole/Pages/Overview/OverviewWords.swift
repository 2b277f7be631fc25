import Foundation
import GleanerReport

/// Figures of a report in words.
enum OverviewWords {
    /// What a figure is called, and what it says.
    static func name(_ figure: String) -> (title: String, meaning: String) {
        guard let measure = ReportMeasure(rawValue: figure) else {
            let question = figure.trimmingPrefix(ReportFigure.qualityPrefix).replacing("_", with: " ")
            return figure == "quality_corrected"
                ? (
                    "Answers to correct",
                    "Share of all answers that reviewers would have put otherwise: from a random sample, weighted."
                )
                : (
                    question.prefix(1).uppercased() + question.dropFirst() + " of all answers",
                    "Mean of reviewers' scores of 1 to 5, for all answers: from a random sample, weighted."
                )
        }
        return switch measure {
        case .exchanges: ("Exchanges", "Calls received.")
        case .errors: ("Without an answer", "Share of calls that got no answer, or one of 429 or 5xx.")
        case .durationMedian: ("Half are answered within", "Median from request sent to last byte.")
        case .duration: ("95 % are answered within", "95th percentile from request sent to last byte.")
        case .firstTokenMedian: ("Half begin within", "Median time to the first token, of streams.")
        case .firstToken: ("95 % begin within", "95th percentile of the time to the first token, of streams.")
        case .satisfaction:
            (
                "Satisfied raters",
                "Share of thumbs that point up. Few people rate: how good all answers are, reviews say."
            )
        case .responseRate: ("Who rates", "Share of answers that got a thumb or stars.")
        case .flagged: ("Flagged", "Share of calls whose prompt or answer moderation decided against.")
        case .cost: ("Cost", "US dollars, of calls whose price is known; shadow copies too.")
        case .inputTokens: ("Input tokens", "Of calls whose usage is known.")
        case .outputTokens: ("Output tokens", "Of calls whose usage is known; reasoning is part of it.")
        }
    }

    static func shown(_ value: Double?, _ unit: ReportUnit) -> String {
        guard let value, value.isFinite else { return Figure.unknown }
        return switch unit {
        case .count, .tokens: amount(value)
        case .share: percent(value)
        case .milliseconds: Figure.milliseconds(value)
        case .dollars: Figure.dollars(value)
        case .score: Numbers.two(value)
        }
    }

    /// `12,345`, `1.23 M`
    private static func amount(_ value: Double) -> String {
        abs(value) < 1e6 ? Figure.count(Int(value.rounded())) : Figure.short(value / 1e6) + "\u{A0}M"
    }

    /// One digit behind the point, more where a share is small.
    private static func percent(_ share: Double) -> String {
        let percent = share * 100
        if percent == 0 || percent == 100 { return "\(Int(percent))\u{A0}%" }
        if abs(percent) < 0.1 { return Figure.short(percent) + "\u{A0}%" }
        return String(format: "%.1f\u{A0}%%", percent)
    }

    static func interval(_ estimate: Estimated, _ unit: ReportUnit) -> String? {
        guard let low = estimate.low, let high = estimate.high else { return nil }
        return "\(shown(low, unit)) to \(shown(high, unit))"
    }

    /// What stands behind a figure.
    static func basis(_ name: String, _ count: Int) -> String {
        let noun =
            switch ReportMeasure(rawValue: name) {
            case .satisfaction: count == 1 ? "thumb" : "thumbs"
            case .responseRate: count == 1 ? "answer" : "answers"
            case nil: count == 1 ? "review" : "reviews"
            case .firstToken, .firstTokenMedian: count == 1 ? "stream" : "streams"
            default: count == 1 ? "exchange" : "exchanges"
            }
        return "\(Figure.count(count)) \(noun)"
    }

    /// `95 %: 5.2 % to 6.0 %, of 11,902 exchanges`, as much of it as there is.
    static func standing(_ figure: ReportFigure) -> String {
        guard figure.estimate.value != nil else {
            return figure.isQuality ? "not enough reviews to tell" : "nothing to tell it from"
        }
        let parts = [
            interval(figure.estimate, figure.unit).map { "95 %: \($0)" },
            figure.unit == .count ? nil : "of \(basis(figure.name, figure.estimate.count))",
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    // MARK: Differences

    struct Compared: Sendable {
        let words: String
        /// `good`, `bad` or nothing.
        let tone: String
    }

    /// Says only what can be told.
    static func compared(_ difference: ReportDifference, second: Report.Side) -> Compared {
        let other = second.label
        switch difference.verdict {
        case .notEnough: return Compared(words: "not enough data to compare with \(other)", tone: "")
        case .counted:
            let before = shown(second.figure(difference.name)?.estimate.value, difference.unit)
            let change = difference.ratio.map { " (\(signed($0 * 100)) %)" } ?? ""
            return Compared(words: "\(before) in \(other)\(change)", tone: "")
        case .notTold:
            return Compared(words: "no difference from \(other) can be told: \(span(difference))", tone: "")
        case .higher, .lower:
            let isHigher = difference.verdict == .higher
            let isGood = difference.wish == (isHigher ? .high : .low)
            let more = isHigher ? "higher" : "lower"
            return Compared(
                words: "\(more) than \(other) by \(span(difference))",
                tone: difference.wish == .neither ? "" : isGood ? "good" : "bad")
        }
    }

    /// `3.1 (1.0 to 5.2) points`: of what is lower, how much lower; with signs where both ends differ in theirs.
    private static func span(_ difference: ReportDifference) -> String {
        guard let value = difference.value, let low = difference.low, let high = difference.high else { return "" }
        let (scale, unit): (Double, String) =
            switch difference.unit {
            case .share: (100, " points")
            case .milliseconds: (1, " ms")
            default: (1, "")
            }
        switch difference.verdict {
        case .lower:
            return "\(amount(-value * scale))\(unit) (95 %: \(amount(-high * scale)) to \(amount(-low * scale)))"
        case .higher:
            return "\(amount(value * scale))\(unit) (95 %: \(amount(low * scale)) to \(amount(high * scale)))"
        default: return "95 %: \(signed(low * scale)) to \(signed(high * scale))\(unit)"
        }

        func amount(_ number: Double) -> String { Figure.short(number) }
    }

    private static func signed(_ number: Double) -> String {
        let shown = Figure.short(abs(number))
        return number < 0 ? "−" + shown : number > 0 ? "+" + shown : shown
    }

    // MARK: Times

    /// In UTC, as short as the step allows.
    static func time(_ date: Date, _ seconds: Int) -> String {
        seconds >= 86_400 ? date.formatted(.iso8601.year().month().day()) : moment(date)
    }

    static func moment(_ date: Date) -> String {
        String(Figure.moment(date).prefix(16))
    }

    static func range(_ range: ReportRange) -> String {
        range.step == .daily
            ? "\(time(range.since, 86_400)) until before \(time(range.until, 86_400)), by the day (UTC)"
            : "\(moment(range.since)) until \(moment(range.until)) UTC, by \(range.step == .hourly ? "the hour" : "five minutes")"
    }
}
