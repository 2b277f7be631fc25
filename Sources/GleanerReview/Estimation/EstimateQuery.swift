import GleanerCore
import GleanerHTTP
import Hummingbird

/// What to estimate: over which time, of which exchanges, split by what.
public struct EstimateQuery: Sendable, Hashable {
    public enum Slice: String, Sendable, Hashable, CaseIterable, Codable {
        case route, variant, model, language, source
        /// By the sampling rule that drew.
        case rule
        /// `flagged`, `clean`, or none while moderation has not said.
        case flag
        /// `low` or `not_low`.
        case rating
        /// An exchange is in the slice of each of its tags.
        case tag
        /// By the first 12 hexadecimal digits of its SHA-256.
        case systemPrompt = "system_prompt"

        /// Whether all exchanges, not only those that were drawn, can be counted by it.
        var isCounted: Bool {
            switch self {
            case .route, .variant, .model, .language, .source, .systemPrompt: true
            case .rule, .flag, .rating, .tag: false
            }
        }
    }
    public var range: TimeRange
    /// `nil`: all in one.
    public var by: Slice?
    /// Only exchanges of this route and so on.
    public var only: [Slice: String]
    /// Also the mean over slices weighted by how many exchanges each has, which counts them.
    public var isStratified: Bool

    public init(
        range: TimeRange = TimeRange(lastDays: 30), by: Slice? = nil, only: [Slice: String] = [:],
        isStratified: Bool = false
    ) {
        self.range = range
        self.by = by
        self.only = only
        self.isStratified = isStratified
    }

    /// - Throws: `ReviewError.sliceUnknown`; `BodyError` for a time that is none.
    init(_ parameters: Parameters) throws {
        var only: [Slice: String] = [:]
        for slice in Slice.allCases {
            guard let value = parameters[Substring(slice.rawValue)] else { continue }
            guard !value.utf8.contains(0) else {
                throw BodyError(field: slice.rawValue, problem: "holds U+0000")
            }
            only[slice] = String(value)
        }
        self.init(
            range: try TimeRange(parameters), by: try parameters["by"].map { try Self.slice(String($0)) }, only: only,
            isStratified: parameters["stratified"] == "true")
    }

    /// - Throws: `ReviewError.sliceUnknown`.
    public static func slice(_ name: String) throws(ReviewError) -> Slice {
        guard let slice = Slice(rawValue: name) else { throw .sliceUnknown(name) }
        return slice
    }
}
