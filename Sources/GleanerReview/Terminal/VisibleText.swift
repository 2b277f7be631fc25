extension String {
    /// The text as a terminal may show it: control, bidirectional and invisible characters as `\u{…}`, so that nothing
    /// moves the cursor, changes colours or hides what it says.
    var visible: String {
        var result = ""
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                result.unicodeScalars.append(scalar)
            } else if Self.isTreacherous(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        // Joiners are part of emoji and of Indic scripts.
        case .format: scalar != "\u{200D}" && scalar != "\u{200C}"
        default: false
        }
    }
}
