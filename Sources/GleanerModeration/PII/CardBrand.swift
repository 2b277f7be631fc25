/// Who issues cards that begin so, and how long their numbers are. Source: ISO/IEC 7812 ranges as the networks publish
/// them.
struct CardBrand {
    private let prefixes: ClosedRange<Int>
    private let prefixLength: Int
    private let lengths: ClosedRange<Int>

    private static let all = [
        CardBrand(prefixes: 4...4, prefixLength: 1, lengths: 13...19),  // Visa
        CardBrand(prefixes: 51...55, prefixLength: 2, lengths: 16...16),  // Mastercard
        CardBrand(prefixes: 2221...2720, prefixLength: 4, lengths: 16...16),
        CardBrand(prefixes: 34...34, prefixLength: 2, lengths: 15...15),  // American Express
        CardBrand(prefixes: 37...37, prefixLength: 2, lengths: 15...15),
        CardBrand(prefixes: 60...60, prefixLength: 2, lengths: 16...19),  // RuPay, Discover
        CardBrand(prefixes: 644...659, prefixLength: 3, lengths: 16...19),
        CardBrand(prefixes: 81...82, prefixLength: 2, lengths: 16...16),
        CardBrand(prefixes: 508...508, prefixLength: 3, lengths: 16...16),
        CardBrand(prefixes: 300...305, prefixLength: 3, lengths: 14...19),  // Diners Club
        CardBrand(prefixes: 36...36, prefixLength: 2, lengths: 14...19),
        CardBrand(prefixes: 38...39, prefixLength: 2, lengths: 14...19),
        CardBrand(prefixes: 3528...3589, prefixLength: 4, lengths: 16...19),  // JCB, RuPay
        CardBrand(prefixes: 62...62, prefixLength: 2, lengths: 16...19),  // UnionPay
        CardBrand(prefixes: 5018...5020, prefixLength: 4, lengths: 13...19),  // Maestro
        CardBrand(prefixes: 6759...6763, prefixLength: 4, lengths: 13...19),
    ]

    static func begins(with digit: Int) -> Bool { (2...6).contains(digit) || digit == 8 }

    /// Whether a network issues numbers of this beginning and length.
    static func fits(_ digits: [Int]) -> Bool {
        guard digits.count >= 13, digits.contains(where: { $0 != digits[0] }) else { return false }
        return all.contains { brand in
            brand.lengths.contains(digits.count)
                && brand.prefixes.contains(digits.prefix(brand.prefixLength).reduce(0) { $0 * 10 + $1 })
        }
    }
}
