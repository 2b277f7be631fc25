import GleanerCore

/// What reviewers are asked about an answer, and how to judge it. A change is a new version; reviews name theirs.
public struct Rubric: Sendable, Hashable {
    public let name: String
    public let version: Int
    public let document: RubricDocument

    public init(name: String, version: Int, document: RubricDocument) {
        self.name = name
        self.version = version
        self.document = document
    }

    /// `name@version`.
    public var reference: String { "\(name)@\(version)" }
    public var questions: [RubricQuestion] { document.questions }
    /// Those that are answered with 1 to 5.
    public var scales: [RubricQuestion] { questions.filter { $0.kind == .scale } }

    /// - Returns: name and version of `name@version`; `nil` when it is none.
    public static func parts(of reference: String) -> (name: String, version: Int)? {
        guard let at = reference.lastIndex(of: "@"), let version = Int32(reference[reference.index(after: at)...]),
            version > 0
        else { return nil }
        return (String(reference[..<at]), Int(version))
    }
}

/// A rubric's own text.
///
/// Shape: `{"guidelines"?, "questions": […]}`; guidelines are Markdown, shown beside the item.
public struct RubricDocument: Sendable, Hashable, Codable {
    public var guidelines: String
    public var questions: [RubricQuestion]

    public init(guidelines: String = "", questions: [RubricQuestion]) {
        self.guidelines = guidelines
        self.questions = questions
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case guidelines, questions }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guidelines = try fields.decodeIfPresent(String.self, forKey: .guidelines) ?? ""
        questions = try fields.decode([RubricQuestion].self, forKey: .questions)
    }

    /// - Throws: `ReviewError.rubricInvalid`.
    public func validate() throws(ReviewError) {
        guard guidelines.utf8.count <= 64 << 10, !guidelines.utf8.contains(0) else {
            throw .rubricInvalid("`guidelines` have at most 65536 bytes, and no U+0000.")
        }
        guard (1...20).contains(questions.count) else { throw .rubricInvalid("A rubric has 1 to 20 questions.") }
        guard Set(questions.map(\.name)).count == questions.count else {
            throw .rubricInvalid("Two questions have one name.")
        }
        // Promotion and estimates look at the scales.
        guard questions.contains(where: { $0.kind == .scale && $0.required }) else {
            throw .rubricInvalid("At least one question is a required scale.")
        }
        for question in questions { try question.validate() }
    }
}

/// One question of a rubric.
///
/// Shape: `{"name","kind","text","required"?,"anchors"?,"options"?}`. `anchors` say what points of a scale mean, by
/// point: `{"1":"off the topic","5":"exactly"}`; `options` are what a choice offers.
public struct RubricQuestion: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// 1 (worst) to 5.
        case scale
        /// One of the options.
        case choice
        /// Any number of the options.
        case choices
        case text
    }
    public struct Option: Sendable, Hashable, Codable {
        public let value: String
        public let label: String

        public init(value: String, label: String) {
            self.value = value
            self.label = label
        }
    }

    public var name: String
    public var kind: Kind
    public var text: String
    public var required: Bool
    public var anchors: [String: String]
    public var options: [Option]

    public init(
        name: String, kind: Kind = .scale, text: String, required: Bool = true, anchors: [String: String] = [:],
        options: [Option] = []
    ) {
        self.name = name
        self.kind = kind
        self.text = text
        self.required = required
        self.anchors = anchors
        self.options = options
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, kind, text, required, anchors, options }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        kind = try fields.decode(Kind.self, forKey: .kind)
        text = try fields.decode(String.self, forKey: .text)
        required = try fields.decodeIfPresent(Bool.self, forKey: .required) ?? true
        anchors = try fields.decodeIfPresent([String: String].self, forKey: .anchors) ?? [:]
        options = try fields.decodeIfPresent([Option].self, forKey: .options) ?? []
    }

    func validate() throws(ReviewError) {
        func text(_ text: String, upTo limit: Int) -> Bool {
            (1...limit).contains(text.utf8.count) && !text.utf8.contains(0)
        }
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,62}/) != nil else {
            throw .rubricInvalid(
                "A question is named by a small letter, then small letters, digits or `_`; 63 at most.")
        }
        guard text(self.text, upTo: 1000) else { throw .rubricInvalid("`text` of `\(name)` has 1 to 1000 bytes.") }
        guard anchors.isEmpty || kind == .scale,
            anchors.allSatisfy({ ["1", "2", "3", "4", "5"].contains($0.key) && text($0.value, upTo: 200) })
        else { throw .rubricInvalid("`anchors` of `\(name)` are texts for the points 1 to 5 of a scale.") }
        let isChoice = kind == .choice || kind == .choices
        guard isChoice ? (2...50).contains(options.count) : options.isEmpty,
            Set(options.map(\.value)).count == options.count,
            options.allSatisfy({ text($0.value, upTo: 64) && text($0.label, upTo: 200) })
        else { throw .rubricInvalid("`options` of `\(name)` are 2 to 50 different values with labels, of a choice.") }
    }

    /// On one line: the question, and what the ends of its scale mean.
    public var meaning: String {
        guard let low = anchors["1"], let high = anchors["5"] else { return text }
        return "\(text) 1 \(low) … 5 \(high)"
    }
}
