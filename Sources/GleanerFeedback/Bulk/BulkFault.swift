import GleanerCore
import GleanerHTTP

extension BulkAccepted {
    /// What an item's error says of itself; an item that is no JSON object has none of its own.
    static func explain(_ error: any Error) -> Explanation {
        switch error {
        case let error as any Explained: error.explanation
        case let error as DecodingError: BodyError(error).explanation
        default: BodyError(field: "body", problem: "cannot be read").explanation
        }
    }
}

extension BulkAccepted.Fault {
    init(_ explanation: Explanation) {
        self.init(
            code: explanation.code, message: explanation.what, why: explanation.why, fix: explanation.fix)
    }
}
