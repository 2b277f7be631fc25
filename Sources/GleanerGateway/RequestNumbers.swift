import SimdJSON

/// Members of a request body that must be numbers within reason: a provider that takes `1e400` or `-5` for one of these
/// spends in ways that nobody asked for.
enum RequestNumbers {
    /// `null` is as good as absent. Whole numbers may be written `5.0`.
    static func check(_ member: JSONDocument.Member) throws(GatewayError) {
        let value = member.value
        if member.key == "n" || member.key == "best_of" {
            try whole(value, 1...128, member.key)
        } else if member.key == "max_tokens" || member.key == "max_completion_tokens"
            || member.key == "max_output_tokens"
        {
            // -1 and 0 mean "no limit" to some servers.
            try whole(value, -1...Int64(Int32.max), member.key)
        } else if member.key == "temperature" {
            // Providers stop at 1, 2 or 5.
            guard value.isNull || value.double.map({ (0...100).contains($0) }) ?? false else {
                throw .fieldInvalid("temperature")
            }
        }
    }

    private static func whole(_ value: JSONElement, _ range: ClosedRange<Int64>, _ name: JSONText) throws(GatewayError)
    {
        guard value.isNull || value.wholeNumber.map({ range.contains($0) }) ?? false else {
            throw .fieldInvalid(name.string)
        }
    }
}
