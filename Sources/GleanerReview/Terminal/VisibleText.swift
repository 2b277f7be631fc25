import GleanerCore

extension String {
    /// The text as a terminal may show it: control, bidirectional and invisible characters as `\u{…}`, so that nothing
    /// moves the cursor, changes colours or hides what it says.
    var visible: String {
        var result = ""
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            if HiddenCharacters.isHidden(scalar, after: previous) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }
}
