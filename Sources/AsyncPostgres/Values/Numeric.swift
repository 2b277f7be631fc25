/// A `numeric` in its binary format: a sign, and digits to the base 10,000 with the weight of the first one.
///
/// Source: `numeric_send` in PostgreSQL's `numeric.c`. Only read: we bind doubles and integers.
struct Numeric {
    private enum Sign: UInt16 {
        case positive = 0x0000
        case negative = 0x4000
        case notANumber = 0xC000
        case infinity = 0xD000
        case negativeInfinity = 0xF000
    }
    private let sign: Sign
    private let weight: Int
    private let digits: [Int]

    init?(_ bytes: Span<UInt8>) {
        guard let count: Int16 = bytes.bigEndian(at: 0), let weight: Int16 = bytes.bigEndian(at: 2),
            let sign = bytes.bigEndian(at: 4, as: UInt16.self).flatMap(Sign.init(rawValue:)),
            count >= 0, bytes.count == 8 + 2 * Int(count)
        else { return nil }
        self.sign = sign
        self.weight = Int(weight)
        var digits: [Int] = []
        for position in 0..<Int(count) {
            guard let digit: Int16 = bytes.bigEndian(at: 8 + 2 * position) else { return nil }
            digits.append(Int(digit))
        }
        self.digits = digits
    }

    /// The value when it is whole and fits.
    var integer: Int64? {
        guard sign == .positive || sign == .negative, digits.count <= weight + 1 || digits.isEmpty else { return nil }
        var value: Int64 = 0
        for position in 0..<max(weight + 1, 0) {
            let digit = Int64(position < digits.count ? digits[position] : 0)
            let (shifted, tooBig) = value.multipliedReportingOverflow(by: 10_000)
            // Built on the negative side, which holds one value more.
            let (next, tooSmall) = shifted.subtractingReportingOverflow(digit)
            if tooBig || tooSmall { return nil }
            value = next
        }
        if sign == .negative { return value }
        return value == .min ? nil : -value
    }

    /// The nearest double, found by reading the decimal digits, so that 0.1 comes out as 0.1.
    var double: Double {
        switch sign {
        case .notANumber: return .nan
        case .infinity: return .infinity
        case .negativeInfinity: return -.infinity
        case .positive, .negative:
            var text = sign == .negative ? "-0" : "0"
            for digit in digits { text += String(String(digit + 10_000).dropFirst()) }
            text += "e\(4 * (weight + 1 - digits.count))"
            return Double(text) ?? .nan
        }
    }
}
