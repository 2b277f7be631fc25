public import GleanerCore

/// Why an exchange that is over already cannot be taken.
public enum LogError: Explained, Hashable {
    case notJSON(at: Int)
    case notAnObject
    case notUTF8
    case memberUnknown(String)
    case memberTwice(String)
    case memberInvalid(String, problem: String)
    case timeImpossible
    case tooLarge(limit: Int)
    case tooMany(limit: Int)
    /// The record is of a kind that holds no call to a model.
    case notAnExchange(kind: String)
    case cut
    /// Another exchange with this id waits to be stored.
    case conflict
    /// Postgres would not take it.
    case refused(sqlState: String)

    init(_ error: JSONTextError) {
        switch error {
        case .syntax(let position): self = .notJSON(at: position)
        case .tooDeep: self = .memberInvalid("body", problem: "is nested more than \(JSONScanner.deepest) levels deep")
        case .notAnObject: self = .notAnObject
        case .notUTF8: self = .notUTF8
        case .loneSurrogate: self = .memberInvalid("body", problem: "holds half of a surrogate pair")
        }
    }

    public var explanation: Explanation {
        switch self {
        case .notJSON(let position):
            Explanation(
                status: 400, code: "invalid_json", what: "This exchange cannot be read.",
                why: "It is not JSON; the fault is at byte \(position).",
                fix: "Send one JSON object for each exchange; in NDJSON, one on each line.")
        case .notAnObject:
            Explanation(
                status: 400, code: "invalid_json", what: "This exchange cannot be read.",
                why: "It is not a JSON object.", fix: "Send one JSON object for each exchange.")
        case .notUTF8:
            Explanation(
                status: 400, code: "invalid_unicode", what: "This exchange cannot be read.", why: "It is not UTF-8.",
                fix: "Encode it as UTF-8, without a byte order mark.")
        case .memberUnknown(let name):
            Explanation(
                status: 400, code: "unknown_field", what: "`\(name.prefix(64))` is not known here.",
                why: "A slip of the pen would pass as a default.",
                fix: "See POST /api/exchanges in docs/reference/api.md; put what is your own into `metadata`.")
        case .memberTwice(let name):
            Explanation(
                status: 400, code: "invalid_field", what: "`\(name.prefix(64))` cannot be used.",
                why: "It is given twice.", fix: "Send it once.")
        case .memberInvalid(let name, let problem):
            Explanation(
                status: 400, code: "invalid_field", what: "`\(name.prefix(64))` cannot be used.", why: "It \(problem).",
                fix: "See POST /api/exchanges in docs/reference/api.md.")
        case .timeImpossible:
            Explanation(
                status: 400, code: "time_impossible", what: "The time of this exchange cannot be right.",
                why: "It is before 2015, or more than five minutes ahead of this machine's clock.",
                fix: "Send ISO 8601 with its offset, or seconds since 1970; look at both clocks.")
        case .tooLarge(let limit):
            Explanation(
                status: 413, code: "exchange_too_large", what: "This exchange is too large.",
                why: "One may have at most \(limit) bytes.", fix: "Leave out what nobody will look at, such as images.")
        case .tooMany(let limit):
            Explanation(
                status: 413, code: "too_many_exchanges", what: "The rest of the batch was not read.",
                why: "A request may carry at most \(limit) exchanges.", fix: "Send the rest in another request.")
        case .notAnExchange(let kind):
            Explanation(
                status: 400, code: "not_an_exchange", what: "This record holds no call to a model.",
                why: "It is \(kind).", fix: "Export the calls with their requests and answers.")
        case .cut:
            Explanation(
                status: 400, code: "input_cut", what: "The input ends in the middle of a record.",
                why: "Its end is missing, or its brackets do not match.", fix: "Send or export it again, whole.")
        case .conflict:
            Explanation(
                status: 409, code: "exchange_exists", what: "An exchange with this id exists already.",
                why: "It has other content, and what is kept is never overwritten.",
                fix: "Give each exchange a name of its own; the same one may be sent again unchanged.")
        case .refused(let sqlState):
            Explanation(
                status: 500, code: "exchange_refused", what: "PostgreSQL does not take this exchange.",
                why: "Its answer was SQLSTATE \(sqlState).", fix: "See PostgreSQL's log, and report it.")
        }
    }
}
