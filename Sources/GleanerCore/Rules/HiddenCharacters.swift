/// Characters that a reader does not see, or that move what they do see: controls, bidirectional marks, zero widths, tags.
///
/// Whoever shows text that others wrote shows them as escapes, so that nobody approves what they have not read.
public enum HiddenCharacters {
    /// - Parameter previous: the scalar before it, since joiners are spelling in Indic scripts and in emoji, and beside
    ///   Latin letters only hide.
    public static func isHidden(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        scalar != "\n" && scalar != "\t" && scalar.isTreacherous && !scalar.shapes(previous)
    }
}

extension Unicode.Scalar {
    fileprivate var isTreacherous: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: properties.isDefaultIgnorableCodePoint
        }
    }

    fileprivate func shapes(_ previous: Unicode.Scalar?) -> Bool {
        guard let previous, !previous.isASCII || self == "\u{FE0F}" else { return false }
        return self == "\u{200C}" || self == "\u{200D}" || (0xFE00...0xFE0F).contains(value)
    }
}
