extension String {
    /// The text as a terminal may show it: control, bidirectional and invisible characters as `\u{…}`, so that nothing
    /// moves the cursor, changes colours or hides what it says.
    var visible: String {
        var result = ""
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" || !scalar.isTreacherous || scalar.shapes(previous) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
            previous = scalar
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isTreacherous: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: properties.isDefaultIgnorableCodePoint
        }
    }

    /// Joiners and variation selectors are spelling in Indic scripts and in emoji; beside Latin letters they only hide.
    fileprivate func shapes(_ previous: Unicode.Scalar?) -> Bool {
        guard let previous, !previous.isASCII || self == "\u{FE0F}" else { return false }
        return self == "\u{200C}" || self == "\u{200D}" || (0xFE00...0xFE0F).contains(value)
    }
}
