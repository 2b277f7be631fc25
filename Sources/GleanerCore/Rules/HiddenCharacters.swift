/// Characters that a reader does not see, or that move what they do see: controls, bidirectional marks, zero widths, tags.
///
/// Whoever shows text that others wrote shows them as escapes, so that nobody approves what they have not read.
public enum HiddenCharacters {
    /// - Parameter previous: the scalar before it, since one joiner or variation selector after a letter, a mark or an emoji
    ///   is spelling in Indic scripts and in emoji. Beside Latin letters it only hides, and a row of them is a message.
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
        guard let previous else { return false }
        return switch self {
        case "\u{200C}", "\u{200D}": previous.canBeShaped || previous.isVariationSelector
        // After a digit it makes a keycap.
        case "\u{FE0F}": previous.canBeShaped || "0123456789#*".unicodeScalars.contains(previous)
        default: isVariationSelector && previous.canBeShaped
        }
    }

    private var isVariationSelector: Bool { (0xFE00...0xFE0F).contains(value) }

    private var canBeShaped: Bool {
        guard !isASCII, !isVariationSelector else { return false }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: properties.isEmoji || properties.isEmojiModifier
        }
    }
}
