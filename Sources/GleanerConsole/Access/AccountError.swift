public import GleanerCore

/// What is refused at the door, and around accounts.
public enum AccountError: Explained, Hashable {
    /// Wrong password, unknown handle, disabled, or no role anywhere: one answer for all.
    case signInRefused
    case tooManyGuesses(wait: Duration)
    case busy
    /// No session, or one that is over.
    case signInNeeded
    case roleMissing(Role.Need)
    case passwordShort(Int)
    case passwordLong(Int)
    case passwordGuessable
    case passwordsDiffer
    case invitationOver
    case handleInvalid
    case handleTaken
    case personUnknown
    case lastAdmin

    public var explanation: Explanation {
        switch self {
        case .signInRefused:
            explain(
                401, "sign_in_refused", "This did not work.",
                "The name or the password is wrong, or the account is not in use.",
                "Try again, or ask an admin for a new link.")
        case .tooManyGuesses(let wait):
            explain(
                429, "too_many_guesses", "There were too many attempts.",
                "Sign-ins are slowed down after \(GuessCounts.perAccount) failures for one name.",
                "Wait \(max(1, (wait.components.seconds + 59) / 60)) minutes, or ask an admin for a new link.")
        case .busy:
            explain(
                503, "sign_in_busy", "Too many people sign in at this moment.", "Passwords are checked one by one.",
                "Try again in a few seconds.")
        case .signInNeeded:
            explain(
                401, "sign_in_needed", "You are not signed in.", "There is no session, or it is over.", "Sign in.")
        case .roleMissing(let need):
            explain(
                403, "role_missing", "This is not for your role.", "It asks for somebody who may \(Self.word(need)).",
                "Ask an admin of this project.")
        case .passwordShort(let least):
            explain(
                400, "password_short", "This password is too short.", "It needs \(least) characters.",
                "Choose a longer one; several words are easy to remember.")
        case .passwordLong(let most):
            explain(
                400, "password_long", "This password is too long.", "It may have \(most) bytes.",
                "Choose a shorter one.")
        case .passwordGuessable:
            explain(
                400, "password_guessable", "This password is easy to guess.",
                "It holds your own name, or only a few different characters.", "Choose another one.")
        case .passwordsDiffer:
            explain(
                400, "passwords_differ", "The two passwords differ.", "One of them has a typing error.",
                "Type them again.")
        case .invitationOver:
            explain(
                410, "invitation_over", "This link cannot be used.",
                "It was used before, has expired, or is not whole.",
                "Ask an admin for a new one.")
        case .handleInvalid:
            explain(
                400, "handle_invalid", "This name cannot be used to sign in.",
                "It takes lower case letters, digits, `.`, `_` and `-`, at most 63, and begins with a letter or digit.",
                "Choose such a name.")
        case .handleTaken:
            explain(
                409, "handle_taken", "Somebody has this name.", "Names are never given twice.", "Choose another one.")
        case .personUnknown:
            explain(
                404, "person_unknown", "There is no such person here.", "They are not in this project.",
                "Go back to the list.")
        case .lastAdmin:
            explain(
                409, "last_admin", "This is the project's only admin.", "Without one nobody could give roles.",
                "Make somebody else an admin first.")
        }
    }

    private func explain(_ status: Int, _ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: status, code: code, what: what, why: why, fix: fix)
    }

    private static func word(_ need: Role.Need) -> String {
        switch need {
        case .anyone: "sign in"
        case .read: "read exchanges"
        case .review: "review"
        case .lead: "lead reviews"
        case .engineer: "change how the bot works"
        case .admin: "administer"
        }
    }
}
