import HTTPTypes
public import Hummingbird

extension Request {
    /// The version of a policy that whoever edits it has seen, from `If-Match`; `nil` without one.
    /// - Throws: `BodyError` for what is no version.
    public func expectedPolicy() throws(BodyError) -> Int64? {
        guard let text = headers[.ifMatch] else { return nil }
        guard let version = Int64(text.filter { $0 != "\"" }) else {
            throw BodyError(field: "If-Match", problem: "is not a version of the policy")
        }
        return version
    }
}
