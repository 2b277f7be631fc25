public import GleanerCore

public enum LoopError: Explained, Hashable {
    case nameInvalid(String)
    case loopUnknown(String)
    case roundUnknown(String)
    case memberUnknown(String, nearest: String?, [String])
    case memberInvalid(String, wanted: String)
    case memberMissing(String)
    case stepMissing(String, neededBy: String)
    case loopPaused(String, by: String)
    case roundOpen(loop: String, number: Int)
    case roundOver(String)
    case nothingHolds
    case nothingToHold
    case stepNotSkippable(String)
    case noteInvalid

    public var explanation: Explanation {
        switch self {
        case .nameInvalid(let name):
            Explanation(
                status: 400, code: "loop_name_invalid", what: "A loop cannot be called `\(name.prefix(64))`.",
                why:
                    "Names have 1 to 63 lower case letters, digits, - and _, begin with a letter or digit, and are not "
                    + "check or rounds, which are paths of the API.",
                fix: "Choose such a name.")
        case .loopUnknown(let name):
            Explanation(
                status: 404, code: "loop_unknown", what: "There is no loop `\(name.prefix(64))`.",
                why: "None was put under this name in this project.", fix: "`gleaner loops list` shows what there is.")
        case .roundUnknown(let id):
            Explanation(
                status: 404, code: "loop_round_unknown", what: "There is no round \(id.prefix(64)).",
                why: "None has this id in this project.", fix: "`gleaner loops rounds NAME` shows what there is.")
        case .memberUnknown(let path, let nearest, let known):
            Explanation(
                status: 400, code: "loop_member_unknown",
                what: "The loop has an unknown member `\(path.prefix(128))`.",
                why: "Known are there: \(known.joined(separator: ", ")).",
                fix: nearest.map { "Did you mean `\($0)`?" } ?? "Correct or remove it.")
        case .memberInvalid(let path, let wanted):
            Explanation(
                status: 400, code: "loop_member_invalid",
                what: path.isEmpty ? "The loop cannot be read." : "The loop's `\(path.prefix(128))` cannot be used.",
                why: "It should be \(wanted).", fix: "Correct it; docs/guide/loops.md lists all of them.")
        case .memberMissing(let path):
            Explanation(
                status: 400, code: "loop_member_missing", what: "The loop lacks `\(path.prefix(128))`.",
                why: "Nothing stands in for it.", fix: "Add it; docs/guide/loops.md shows an example.")
        case .stepMissing(let step, let other):
            Explanation(
                status: 400, code: "loop_step_missing", what: "The loop has a step `\(other)` and no step `\(step)`.",
                why: "Without it there is no candidate.", fix: "Add `steps.\(step)`, or leave `steps.\(other)` out.")
        case .loopPaused(let name, let person):
            Explanation(
                status: 409, code: "loop_paused", what: "Loop `\(name.prefix(64))` is paused.",
                why: "\(person.prefix(64)) paused it; no round begins until it is resumed.",
                fix: "`gleaner loops resume`, then start the round.")
        case .roundOpen(let loop, let number):
            Explanation(
                status: 409, code: "loop_round_open",
                what: "Round \(number) of loop `\(loop.prefix(64))` is under way.",
                why: "Two at a time would build of the same material and pay twice.", fix: "Wait for it, or cancel it.")
        case .roundOver(let state):
            Explanation(
                status: 409, code: "loop_round_over", what: "This round is over.", why: "It is \(state).",
                fix: "Start another one.")
        case .nothingHolds:
            Explanation(
                status: 409, code: "loop_nothing_holds", what: "No step of this round waits for a person's word.",
                why: "None is holding.", fix: "Look at the round again: somebody may have been quicker.")
        case .nothingToHold:
            Explanation(
                status: 409, code: "loop_nothing_to_hold", what: "There is no step left to hold.",
                why: "All have begun, or one holds already.", fix: "Cancel the round if it should go no further.")
        case .stepNotSkippable(let step):
            Explanation(
                status: 409, code: "loop_step_not_skippable", what: "The step `\(step)` cannot be left out.",
                why: "What follows rests on it.", fix: "Cancel the round instead.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "loop_note_invalid", what: "This reason cannot be stored.",
                why: "It has more than 500 bytes, or holds a control character.", fix: "Shorten or clean it.")
        }
    }
}
