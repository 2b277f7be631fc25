/// What can be wrong with a training file. The raw value is the finding's code; where OpenAI's cookbook has a name for
/// it, that one.
enum Fault: String, Sendable, Hashable, CaseIterable {
    // The bytes of a line.
    case emptyLine = "empty_line"
    case notUTF8 = "not_utf8"
    case nulByte = "nul_byte"
    case byteOrderMark = "byte_order_mark"
    case carriageReturn = "carriage_return"
    case lineSeparator = "line_separator"
    case notJSON = "not_json"
    // Its form.
    case dataType = "data_type"
    case unrecognizedKey = "unrecognized_key"
    case missingMessagesList = "missing_messages_list"
    case messageMissingKey = "message_missing_key"
    case messageUnrecognizedKey = "message_unrecognized_key"
    case unrecognizedRole = "unrecognized_role"
    case missingContent = "missing_content"
    case imageMisplaced = "image_misplaced"
    case weightMisplaced = "weight_misplaced"
    case weightInvalid = "weight_invalid"
    // The conversation.
    case missingAssistantMessage = "example_missing_assistant_message"
    case lastMessageNotAssistant = "last_message_not_assistant"
    case nothingToLearn = "nothing_to_learn"
    case systemNotFirst = "system_not_first"
    case toolAnswerWithoutCall = "tool_answer_without_call"
    case toolCallUnanswered = "tool_call_unanswered"
    case argumentsNotText = "arguments_not_text"
    case argumentsNotJSON = "arguments_not_json"
    // What other formats than OpenAI's chat lines want.
    case missingKey = "missing_key"
    case wrongType = "wrong_type"
    case schemaChanges = "schema_changes"
    case schemaVersionInvalid = "schema_version_invalid"
    case rolesNotAlternating = "roles_do_not_alternate"
    case firstMessageNotUser = "first_message_not_user"
    case promptEndsWithAnswer = "prompt_ends_with_answer"
    case outputNotOneMessage = "output_not_one_assistant_message"
    case sidesEqual = "sides_are_equal"
    case labelNotBoolean = "label_not_boolean"
    case callIDInvalid = "tool_call_id_invalid"
    case callIDRepeated = "tool_call_id_repeated"
    case functionNameInvalid = "function_name_invalid"
    case textBesideCalls = "text_beside_tool_calls"
    case partUnknown = "part_unknown"
    case imageElsewhere = "image_not_in_its_cloud"
    // Its length.
    case tooManyTokens = "too_many_tokens"
    case maybeTooManyTokens = "maybe_too_many_tokens"
    // The files.
    case duplicateRow = "duplicate_row"
    case tooFewExamples = "too_few_examples"
    case trainRowInValidation = "train_row_in_validation"
    case trainRowInHoldout = "train_row_in_holdout"
    case manifestMissing = "manifest_missing"
    case manifestMismatch = "manifest_mismatch"

    var severity: Finding.Severity {
        switch self {
        case .lineSeparator, .systemNotFirst, .maybeTooManyTokens, .duplicateRow, .manifestMissing: .warning
        default: .error
        }
    }

    /// Why it matters.
    var why: String {
        switch self {
        case .emptyLine, .notUTF8, .nulByte, .byteOrderMark, .carriageReturn, .notJSON, .dataType,
            .missingMessagesList:
            "Each line must be one JSON object in UTF-8, ended by LF; a file with another line is refused whole."
        case .lineSeparator: "Some readers take U+2028 and U+2029 for the end of a line."
        case .missingKey, .wrongType, .schemaVersionInvalid, .callIDInvalid, .callIDRepeated, .functionNameInvalid,
            .textBesideCalls, .partUnknown, .imageElsewhere, .outputNotOneMessage, .unrecognizedKey,
            .messageUnrecognizedKey, .messageMissingKey, .unrecognizedRole, .missingContent,
            .imageMisplaced:
            "The provider's format does not have it so, and files out of format are refused."
        case .weightMisplaced, .weightInvalid:
            "A weight says whether an assistant message is learnt (1) or only read (0)."
        case .missingAssistantMessage, .lastMessageNotAssistant, .nothingToLearn:
            "Training learns what the assistant says last; there is nothing of it here."
        case .systemNotFirst: "The bot will meet its system message first; what is learnt elsewhere is not the same."
        case .toolAnswerWithoutCall, .toolCallUnanswered:
            "Every tool call needs its answer and every answer its call, or the example is refused."
        case .argumentsNotText, .argumentsNotJSON:
            "A call's arguments are a string that holds JSON; a model learns to write what it is shown."
        case .schemaChanges: "Readers of this format take the members and types of the first lines for those of all."
        case .rolesNotAlternating, .firstMessageNotUser:
            "The trainer wants question and answer by turns, a question first."
        case .promptEndsWithAnswer: "The answers to compare, or to learn, stand apart from what they answer."
        case .sidesEqual: "Nothing can be learnt from two answers that are the same."
        case .labelNotBoolean: "A label says whether the answer was good; anything but true and false is refused."
        case .tooManyTokens, .maybeTooManyTokens: "A trainer cuts the end off, and with it the answer to learn."
        case .duplicateRow: "A repeated row weighs double."
        case .tooFewExamples: "Providers refuse fewer; 50 to 100 have a visible effect."
        case .trainRowInValidation, .trainRowInHoldout: "A row that was learnt measures nothing."
        case .manifestMissing: "Without it nobody can tell whether the files are those that were exported."
        case .manifestMismatch: "It has been changed or cut since, so its lineage does not hold."
        }
    }
}
