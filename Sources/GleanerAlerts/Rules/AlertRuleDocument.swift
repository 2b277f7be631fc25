public import Foundation
public import GleanerCore

/// What a rule watches and when it speaks: a JSON document with every default filled in.
public struct AlertRuleDocument: Sendable, Hashable {
    public var measure: AlertMeasure
    /// Of `language_share`: which one. Of `figure_mean`, `figure_share` and `figure_drift`: which figure, as `length.words`. Of
    /// `quality_mean`: which question. Of `moderation_drift`: whose scores, of which text, as `rules.prompt`.
    public var of: String?
    /// Only exchanges of these values.
    public var filter: [ReportSlice: String] = [:]
    /// Each value of it is watched by itself, with an alert of its own.
    public var by: ReportSlice?
    public var window = AlertWindow.hour
    /// Below so many observations in the window nothing is said.
    public var minimum = 100.0
    public var line: Double
    public var against = AlertReference.fixed
    public var direction: AlertDirection
    public var severity = AlertSeverity.warning
    /// Names of channels of the server's configuration.
    public var channels: [String] = []
    /// At most one false alarm in so many days, on average, of the whole rule.
    public var quietDays = 365.0
    /// What to do about it, shown with the alert.
    public var advice = ""

    public init(_ measure: AlertMeasure, line: Double) {
        self.measure = measure
        self.line = line
        direction = measure.usualDirection
    }

    /// α of everything that is seen of the data from one beginning on: a window begins each half window, so that on a
    /// quiet day no more are expected to go wrong than the days between two false alarms allow.
    /// - Parameter slices: values of `by` that are watched at the same time.
    func alpha(slices: Int) -> Double {
        min(0.05, window.stride / 86_400 / quietDays / Double(max(slices, 1)))
    }

    /// Each window is looked at once, as a whole.
    var looksAtWholeWindows: Bool { measure.isDrift || against == .change }

    /// Of what evaluators found: which figure.
    var figure: (evaluator: String, measure: String)? {
        if measure == .refusalShare { return ("refusal", "refused") }
        let halves = of?.split(separator: ".", maxSplits: 1).map(String.init) ?? []
        return halves.count == 2 ? (halves[0], halves[1]) : nil
    }

    /// Of what moderation said: which classifier's, of which text.
    var judged: (classifier: String, target: String)? {
        guard measure == .moderationDrift, let of, let dot = of.lastIndex(of: "."), dot > of.startIndex else {
            return nil
        }
        let target = String(of[of.index(after: dot)...])
        return ["prompt", "response"].contains(target) ? (String(of[..<dot]), target) : nil
    }

    /// Below it, an alert that is open is over.
    static let alphaToResolve = 0.05
}

/// How far back a rule looks at most. A window begins anew each half of it, and the two that are under way are both
/// looked at: the older knows more, the younger sooner.
public enum AlertWindow: String, Sendable, Hashable, CaseIterable, Codable {
    case halfHour = "30m"
    case hour = "1h"
    case twoHours = "2h"
    case sixHours = "6h"
    case halfDay = "12h"
    case day = "1d"
    case twoDays = "2d"
    case week = "7d"

    public var length: TimeInterval {
        switch self {
        case .halfHour: 1800
        case .hour: 3600
        case .twoHours: 7200
        case .sixHours: 21_600
        case .halfDay: 43_200
        case .day: 86_400
        case .twoDays: 172_800
        case .week: 604_800
        }
    }
    var stride: TimeInterval { length / 2 }

    /// When the windows under way began, the older one first.
    func beginnings(at time: Date) -> [Date] {
        let newest = (time.timeIntervalSinceReferenceDate / stride).rounded(.down) * stride
        return [newest - stride, newest].map { Date(timeIntervalSinceReferenceDate: $0) }
    }

    /// Of the rollups that it is read from, in seconds. Five minutes are kept for eight days.
    func step(of source: AlertMeasure.Source) -> Double {
        source == .exchanges && length <= AlertWindow.halfDay.length ? 300 : 3600
    }
}

/// What a figure is held against.
public enum AlertReference: String, Sendable, Hashable, CaseIterable, Codable {
    /// The line itself.
    case fixed
    /// The stretch of the window's length before it.
    case previous
    /// The same hours of the week before.
    case lastWeek = "last_week"
    /// What it was earlier in the same window, before the change point in it.
    case change
}

// MARK: JSON

extension AlertRuleDocument {
    private static let members = [
        "measure", "of", "where", "by", "window", "minimum", "line", "against", "direction", "severity", "channels",
        "quiet_days", "advice",
    ]

    /// - Throws: `AlertError.memberUnknown`, `.memberInvalid`.
    public init(_ value: JSONValue) throws(AlertError) {
        guard let members = value.objectValue else { throw .memberInvalid("", wanted: "an object") }
        if let unknown = members.keys.filter({ !Self.members.contains($0) }).min() {
            throw .memberUnknown(unknown, Self.members)
        }
        let reader = Reader(members: members.filter { $0.value != .null })
        guard let measure = try reader.choice("measure", AlertMeasure.self) else {
            throw .memberInvalid("measure", wanted: "there")
        }
        guard let line = try reader.number("line", -1e12...1e12) else { throw .memberInvalid("line", wanted: "there") }
        self.init(measure, line: line)
        of = try reader.text("of", upTo: 64)
        filter = try reader.filter("where")
        by = try reader.choice("by", ReportSlice.self)
        window = try reader.choice("window", AlertWindow.self) ?? Self.usualWindow(measure.source)
        minimum = try reader.number("minimum", 1...1e9) ?? Self.usualMinimum(measure)
        against = try reader.choice("against", AlertReference.self) ?? (measure.isDrift ? .previous : .fixed)
        let direction = try reader.choice("direction", AlertDirection.self)
        if direction == nil, measure == .figureMean || measure == .figureShare {
            throw .memberInvalid("direction", wanted: "there: which side of this figure is the bad one")
        }
        self.direction = direction ?? measure.usualDirection
        severity = try reader.choice("severity", AlertSeverity.self) ?? .warning
        channels = try reader.channels("channels")
        quietDays = try reader.number("quiet_days", 1...36_500) ?? 365
        advice = try reader.text("advice", upTo: 500) ?? ""
        try check()
    }

    private static func usualWindow(_ source: AlertMeasure.Source) -> AlertWindow {
        switch source {
        case .exchanges: .hour
        case .reviews: .week
        default: .day
        }
    }

    private static func usualMinimum(_ measure: AlertMeasure) -> Double {
        switch measure.kind {
        case .discrepancy: 200
        case _ where measure.isDrift: 500
        default: 100
        }
    }

    private func check() throws(AlertError) {
        let isOfFigure = [.figureMean, .figureShare, .figureDrift].contains(measure)
        let isOfOne = isOfFigure || [.languageShare, .qualityMean, .moderationDrift].contains(measure)
        if isOfOne != (of != nil) {
            throw .memberInvalid(
                "of",
                wanted: "the language for language_share, the figure for figure_mean, figure_share and figure_drift, "
                    + "the question for quality_mean, the classifier and text for moderation_drift, and for nothing else"
            )
        }
        if measure == .moderationDrift, judged == nil {
            throw .memberInvalid("of", wanted: "a classifier and prompt or response, as rules.prompt")
        }
        if isOfFigure, figure == nil {
            throw .memberInvalid("of", wanted: "an evaluator and its measure, as length.words")
        }
        // Scores are from 1 to 5; what is made of them are shares.
        if measure == .qualityMean, of?.isEmpty != false || of == "corrected" || of?.contains(">") == true {
            throw .memberInvalid("of", wanted: "a question of the rubric that is answered by a score")
        }
        if measure.isGauge, by != nil || !filter.isEmpty || against != .fixed {
            throw .memberInvalid("measure", wanted: "alone: it is of no slice and held against its line")
        }
        if measure == .traffic, against == .change {
            throw .memberInvalid("against", wanted: "fixed, previous or last_week: each day changes traffic")
        }
        if measure.isDrift, against == .fixed || against == .change || direction == .below {
            throw .memberInvalid(
                "against", wanted: "previous or last_week, for drift, which has no other side than above")
        }
        if measure.kind == .share, against == .fixed, line <= 0 || line >= 1 {
            throw .memberInvalid("line", wanted: "a share, above 0 and below 1")
        }
        if !measure.isGauge, measure.source != .exchanges, window.length < AlertWindow.twoHours.length {
            throw .memberInvalid("window", wanted: "2h or longer: it is counted by the hour")
        }
        if measure.kind == .discrepancy { try checkPrompts() }
        if measure == .languageShare || measure == .languageDrift, by == .language || filter[.language] != nil {
            throw .memberInvalid("by", wanted: "another slice than the language that is watched")
        }
        if let by, filter[by] != nil { throw .memberInvalid("by", wanted: "another slice than those of `where`") }
    }

    /// A sample of each day's prompts is kept, and permuted to tell chance.
    private func checkPrompts() throws(AlertError) {
        if by != nil { throw .memberInvalid("by", wanted: "left out: all prompts of `where` are compared together") }
        if filter[.prompt] != nil { throw .memberInvalid("where.prompt", wanted: "left out for \(measure.rawValue)") }
        if window.length < AlertWindow.day.length {
            throw .memberInvalid("window", wanted: "1d or longer: a sample of each day is kept")
        }
        if minimum > Double(Self.mostPrompts) {
            throw .memberInvalid("minimum", wanted: "at most \(Self.mostPrompts): no more are compared")
        }
        if alpha(slices: 1) * Double(Self.mostPermutations) < 1 {
            let most = Int(window.stride / 86_400 * Double(Self.mostPermutations))
            throw .memberInvalid("quiet_days", wanted: "at most \(most) with this window: rarer chance is not told")
        }
    }

    public var rendered: JSONValue {
        var members: [String: JSONValue] = [
            "measure": .string(measure.rawValue), "window": .string(window.rawValue), "minimum": .number(minimum),
            "line": .number(line), "against": .string(against.rawValue), "direction": .string(direction.rawValue),
            "severity": .string(severity.rawValue), "channels": .array(channels.map { .string($0) }),
            "quiet_days": .number(quietDays), "advice": .string(advice),
            "where": .object(
                Dictionary(uniqueKeysWithValues: filter.map { ($0.key.rawValue, JSONValue.string($0.value)) })),
        ]
        members["of"] = of.map { .string($0) }
        members["by"] = by.map { .string($0.rawValue) }
        return .object(members)
    }
}

/// Members of the document, each in range or refused by its name.
private struct Reader {
    let members: [String: JSONValue]

    func text(_ name: String, upTo limit: Int) throws(AlertError) -> String? {
        guard let value = members[name] else { return nil }
        return try Self.text(value, name, upTo: limit)
    }

    private static func text(_ value: JSONValue, _ name: String, upTo limit: Int) throws(AlertError) -> String {
        guard let text = value.stringValue, (0...limit).contains(text.utf8.count),
            !text.hasControlCharacters
        else { throw .memberInvalid(name, wanted: "at most \(limit) bytes without control characters") }
        return text
    }

    func number(_ name: String, _ range: ClosedRange<Double>) throws(AlertError) -> Double? {
        guard let value = members[name] else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw .memberInvalid(name, wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _: Choice.Type
    ) throws(AlertError) -> Choice? where Choice.RawValue == String {
        guard let value = members[name] else { return nil }
        guard let choice = value.stringValue.flatMap({ Choice(rawValue: $0) }) else {
            throw .memberInvalid(name, wanted: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    func filter(_ name: String) throws(AlertError) -> [ReportSlice: String] {
        guard let value = members[name] else { return [:] }
        guard let wanted = value.objectValue else { throw .memberInvalid(name, wanted: "an object") }
        var filter: [ReportSlice: String] = [:]
        for (key, value) in wanted {
            guard let slice = ReportSlice(rawValue: key) else {
                throw .memberUnknown("\(name).\(key)", ReportSlice.allCases.map(\.rawValue))
            }
            filter[slice] = try Self.text(value, "\(name).\(key)", upTo: 200)
        }
        return filter
    }

    func channels(_ name: String) throws(AlertError) -> [String] {
        guard let value = members[name] else { return [] }
        guard let list = value.arrayValue, list.count <= 20 else {
            throw .memberInvalid(name, wanted: "a list of at most 20 names")
        }
        var channels: [String] = []
        for entry in list {
            guard let channel = entry.stringValue, AlertName.isOne(channel), !channels.contains(channel) else {
                throw .memberInvalid(name, wanted: "names of channels, each once")
            }
            channels.append(channel)
        }
        return channels
    }
}

enum AlertName {
    /// 1 to 63 lower case letters, digits, - and _.
    static func isOne(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9][a-z0-9_-]{0,62}/) != nil }
}
