public import GleanerCore

public enum RouteError: Explained, Hashable {
    case routeUnknown(String)
    case versionUnknown(String)
    case versionConflict(expected: Int64, inForce: Int64)
    case nameDiffers(path: String, body: String)
    case noteInvalid
    case versionUnreadable(String)

    public var explanation: Explanation {
        switch self {
        case .routeUnknown(let name):
            Explanation(
                status: 404, code: "route_unknown", what: "There is no route `\(name.prefix(128))`.",
                why: "The name is wrong, or the route was deleted.", fix: "GET /api/routes lists those in force.")
        case .versionUnknown(let version):
            Explanation(
                status: 404, code: "route_version_unknown",
                what: "There is no version \(version.prefix(32)) of the routes.",
                why: "Versions count up from 1 with every edit.", fix: "GET /api/routes/versions lists them.")
        case .versionConflict(let expected, let inForce):
            Explanation(
                status: 409, code: "route_version_conflict", what: "The routes have changed meanwhile.",
                why: "Version \(expected) was expected, and \(inForce) is in force.",
                fix: "Read them again, repeat the edit, and send that version.")
        case .nameDiffers(let path, let body):
            Explanation(
                status: 400, code: "route_name_differs", what: "Two names were given for one route.",
                why: "The path says `\(path.prefix(128))`, and the body says `\(body.prefix(128))`.",
                fix: "Leave `name` out of the body, or send the same.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "route_note_invalid", what: "This note cannot be stored.",
                why: "It has more than 1024 bytes, or holds a control character.", fix: "Shorten or clean it.")
        case .versionUnreadable(let version):
            Explanation(
                status: 500, code: "route_version_unreadable",
                what: "Version \(version.prefix(32)) of the routes cannot be read.",
                why: "It was written by a newer Gleaner, or by hand.",
                fix: "Update this instance, or roll back to an earlier version.")
        }
    }
}
