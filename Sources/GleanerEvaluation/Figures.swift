import Foundation

/// Numbers as reports write them.
enum Figures {
    /// Four significant digits, without an exponent.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
        let digits = max(0, 3 - Int(log10(abs(value)).rounded(.down)))
        var text = String(format: "%.\(min(digits, 9))f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text == "-0" ? "0" : text
    }

    static func signed(_ value: Double) -> String { value > 0 ? "+\(short(value))" : short(value) }
}
