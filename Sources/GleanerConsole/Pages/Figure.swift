import Foundation

/// Figures as the console writes them: in English, short, and `–` for what is not known.
enum Figure {
    private static let english = Locale(identifier: "en")
    static let unknown = "–"

    /// `12,345`
    static func count(_ number: Int) -> String { number.formatted(.number.locale(english)) }

    /// `3.5`
    static func decimal(_ number: Double) -> String {
        number.formatted(.number.precision(.fractionLength(0...1)).locale(english))
    }

    /// `840 ms`, `12.4 s`
    static func milliseconds(_ number: Double?) -> String {
        guard let number else { return unknown }
        if number < 10_000 { return "\(count(Int(number.rounded()))) ms" }
        return "\((number / 1000).formatted(.number.precision(.fractionLength(1)).locale(english))) s"
    }

    /// `120 → 64`: input and output.
    static func tokens(_ input: Int?, _ output: Int?) -> String {
        guard input != nil || output != nil else { return unknown }
        return "\(input.map(count) ?? unknown) → \(output.map(count) ?? unknown)"
    }

    /// `$0.0021`: two digits that count below a dollar, cents above.
    static func dollars(_ number: Double?) -> String {
        guard let number else { return unknown }
        if number == 0 { return "$0" }
        let digits: FloatingPointFormatStyle<Double> =
            number < 1 ? .number.precision(.significantDigits(1...2)) : .number.precision(.fractionLength(2))
        return "$" + number.formatted(digits.locale(english))
    }

    /// `2026-11-29 07:00:00 UTC`
    static func moment(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
            + " UTC"
    }

    /// `14.2 kB`
    static func bytes(_ number: Int64) -> String {
        if number < 1000 { return "\(number) bytes" }
        let (unit, divisor) = number < 1_000_000 ? ("kB", 1e3) : ("MB", 1e6)
        return "\(decimal(Double(number) / divisor)) \(unit)"
    }
}
