import GleanerCore

/// One trainer's way of writing an example down. Pure: the same example gives the same lines.
protocol LineFormat: Sendable {
    /// As many lines as `ExportFormat.linesPerExample` says.
    /// - Throws: why the format cannot say what the example says.
    func write(_ example: CanonicalExample) throws(Unfit) -> Written
}

/// An example in a trainer's words.
struct Written: Sendable, Hashable {
    var lines: [JSONValue]
    /// What the format has no word for and the example does without.
    var simplified: Set<Simplification> = []

    init(_ line: JSONValue, simplified: Set<Simplification> = []) {
        lines = [line]
        self.simplified = simplified
    }
    init(_ lines: [JSONValue], simplified: Set<Simplification>) {
        self.lines = lines
        self.simplified = simplified
    }
}

/// What of a version a format with one schema for all lines has to make room for.
struct ExportSchema: Sendable, Hashable, Codable {
    /// Some example offers tools or calls one.
    var tools = false
    /// Some example has more than one question.
    var history = false
}

/// Why an example cannot be written in a format; the raw value is the reason in a manifest.
enum Unfit: String, Error, Sendable, Hashable, Codable, CaseIterable {
    case unreadable
    case images
    case otherParts = "parts_other_than_text"
    case tools
    case parallelCalls = "parallel_tool_calls"
    case textBesideCalls = "text_beside_tool_calls"
    case arguments = "tool_arguments_not_an_object"
    case functionName = "function_name_not_allowed"
    case emptyText = "empty_text"
    case noAnswer = "no_answer_at_the_end"
    case answerNotLearnt = "answer_has_weight_0"
    case rejectedAnswer = "answer_was_rejected"
    case severalAnswers = "more_than_one_message_a_side"
    case noQuestion = "no_question"
    case notAlternating = "roles_do_not_alternate"
    case systemInTheMiddle = "system_message_in_the_middle"
    case sidesEqual = "sides_are_equal"

    var explanation: String {
        switch self {
        case .unreadable: "the frozen line is not in the form of its kind"
        case .images: "the format has no images, or not where these are"
        case .otherParts: "the format has no audio, files or other parts"
        case .tools: "the format has no tools"
        case .parallelCalls: "the format has one tool call at a time"
        case .textBesideCalls: "the format has text or tool calls in an answer, not both"
        case .arguments: "the format wants a tool call's arguments to be a JSON object"
        case .functionName: "the format wants names of 1 to 64 letters, digits, - and _"
        case .emptyText: "a message without text, which the format refuses"
        case .noAnswer: "the conversation does not end with an answer"
        case .answerNotLearnt: "the last answer has weight 0: there is nothing to learn"
        case .rejectedAnswer: "the answer was judged bad, and the format is for answers to learn"
        case .severalAnswers: "a side has more than the one message that the format takes"
        case .noQuestion: "there is no question before the answer"
        case .notAlternating: "questions and answers do not alternate, and cannot be joined"
        case .systemInTheMiddle: "a system message stands in the middle, and the format has it only at the front"
        case .sidesEqual: "both answers are the same"
        }
    }
}

/// What was lost on the way into a format, although the example could be written.
enum Simplification: String, Sendable, Hashable, Codable, CaseIterable {
    case weights = "weights_dropped"
    case names = "names_dropped"
    case turnsJoined = "turns_joined"
    case partsJoined = "text_parts_joined"
    case imageDetail = "image_detail_dropped"
    case parallelSetting = "parallel_tool_calls_setting_dropped"

    var explanation: String {
        switch self {
        case .weights: "answers with weight 0 are learnt like the others, since the format has no weights"
        case .names: "speakers' names were dropped"
        case .turnsJoined: "successive messages of one role were joined, an empty line between them"
        case .partsJoined: "text in several parts was joined, a line break between them"
        case .imageDetail: "the wanted detail of images was dropped"
        case .parallelSetting: "whether tools may be called in parallel was dropped"
        }
    }
}
