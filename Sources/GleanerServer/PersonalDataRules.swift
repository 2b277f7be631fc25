public import GleanerDatasets
import GleanerModeration

/// What moderation knows of personal data, for promotion: no training line has any. A number that only has the form of one
/// does not count: order numbers have it, too.
public struct PersonalDataRules: PersonalDataFinder {
    private let scanner = PIIScanner()

    public init() {}

    public func kinds(in text: String) -> [String] {
        Set(scanner.scan(text).filter { $0.certainty != .form }.map(\.kind.rawValue)).sorted()
    }
}
