public import GleanerCore

public enum EvaluationError: Explained, Hashable {
    case evaluationUnknown(String)
    case versionUnknown(dataset: String, version: String)
    case holdoutEmpty(dataset: String, version: Int)
    case documentInvalid(member: String, wanted: String)
    case providerUnknown(String)
    case aboveLimit(estimate: Double, limit: Double)
    case notFinished(String)
    case notWaitingForPeople(String)
    case keyTaken
    case canaryUnknown(String)
    case canaryRunning(route: String)
    case canaryOver(String)
    case variantUnusable(String, route: String, problem: String)
    case gateNotPassed(String)
    case gateAgainstAnother(
        measured: ModelChoice, variant: String, asks: ModelChoice, candidate: ModelChoice, dataset: String)
    case routeEdited(route: String)
    case noteInvalid

    public var explanation: Explanation {
        switch self {
        case .evaluationUnknown(let id):
            Explanation(
                status: 404, code: "evaluation_unknown", what: "There is no evaluation \(id.prefix(64)).",
                why: "None has this id in this project.", fix: "`gleaner evaluate list` shows those there are.")
        case .versionUnknown(let dataset, let version):
            Explanation(
                status: 404, code: "evaluation_version_unknown",
                what: "Dataset `\(dataset.prefix(64))` has no version \(version.prefix(16)).",
                why: "Versions count from 1; `latest` is the newest.", fix: "See `gleaner dataset list`.")
        case .holdoutEmpty(let dataset, let version):
            Explanation(
                status: 422, code: "holdout_empty",
                what: "Version \(version) of `\(dataset.prefix(64))` has no holdout.",
                why: "It has no lines that were kept from training, so nothing can be measured on it.",
                fix: "Build a version with a holdout share above 0.")
        case .documentInvalid(let member, let wanted):
            Explanation(
                status: 400, code: "evaluation_document_invalid", what: "This document cannot be used.",
                why: "`\(member.prefix(64))` must be \(wanted).", fix: "See docs/guide/gate-and-canary.md.")
        case .providerUnknown(let name):
            Explanation(
                status: 422, code: "evaluation_provider_unknown",
                what: "No provider `\(name.prefix(64))` is configured here.",
                why: "Models are asked through providers that the server knows.",
                fix: "Name one of GLEANER_PROVIDERS, or `default`.")
        case .aboveLimit(let estimate, let limit):
            Explanation(
                status: 422, code: "evaluation_above_limit", what: "This evaluation may cost more than you allow.",
                why: "It is estimated at \(dollars(estimate)) US dollars, and `limit_usd` is \(dollars(limit)).",
                fix: "Raise the limit, or lower `maximum_items` in the policy.")
        case .notFinished(let state):
            Explanation(
                status: 409, code: "evaluation_not_finished", what: "There is no verdict yet.",
                why: "The evaluation is \(state).", fix: "Ask again when `state` is `done`.")
        case .notWaitingForPeople(let state):
            Explanation(
                status: 409, code: "evaluation_not_waiting", what: "This evaluation does not wait for people.",
                why: "It is \(state).", fix: "Only one that is `waiting_for_people` can be concluded.")
        case .keyTaken:
            Explanation(
                status: 409, code: "evaluation_key_taken", what: "This key belongs to another evaluation.",
                why: "One was started under it with other models, another version or another policy.",
                fix: "Choose a new key, or ask for the same.")
        case .canaryUnknown(let id):
            Explanation(
                status: 404, code: "canary_unknown", what: "There is no canary \(id.prefix(64)).",
                why: "None has this id in this project.", fix: "`gleaner canary status` shows those there are.")
        case .canaryRunning(let route):
            Explanation(
                status: 409, code: "canary_running", what: "Route `\(route.prefix(128))` has a canary already.",
                why: "Two at a time would take each other's traffic.", fix: "Let it end, or roll it back.")
        case .canaryOver(let state):
            Explanation(
                status: 409, code: "canary_over", what: "This canary is over.", why: "It is \(state).",
                fix: "Start another one.")
        case .variantUnusable(let variant, let route, let problem):
            Explanation(
                status: 422, code: "canary_variant_unusable",
                what: "Variant `\(variant.prefix(64))` of route `\(route.prefix(128))` cannot be used.",
                why: "\(problem)", fix: "See `gleaner routes show`.")
        case .gateNotPassed(let verdict):
            Explanation(
                status: 409, code: "gate_not_passed", what: "This candidate has not passed the gate.",
                why: "Its evaluation says \(verdict).",
                fix: "Read `gleaner evaluate verdict`; a canary takes the evaluation of a candidate that passed.")
        case .gateAgainstAnother(let measured, let variant, let asks, let candidate, let dataset):
            Explanation(
                status: 409, code: "gate_incumbent_differs",
                what: "The candidate has passed the gate against another model than the route's incumbent.",
                why:
                    "It was measured against \(named(measured)), and variant `\(variant.prefix(64))` asks \(named(asks)): "
                    + "who beats the one need not beat the other.",
                fix:
                    "`gleaner evaluate start --dataset \(dataset.prefix(64)) --candidate \(named(candidate)) --incumbent "
                    + "\(named(asks))`, then start the canary with that evaluation.")
        case .routeEdited(let route):
            Explanation(
                status: 409, code: "canary_route_edited",
                what: "Route `\(route.prefix(128))` is not as the canary left it.",
                why: "A person edited it, and that counts more.",
                fix: "Edit the route yourself, then end the canary or let it take the route as it is: unpin it.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "canary_note_invalid", what: "This note cannot be stored.",
                why: "It has more than 500 bytes, or holds a control character.", fix: "Shorten or clean it.")
        }
    }

    /// As commands take it; members of the request are said besides.
    private func named(_ model: ModelChoice) -> String {
        let name = model.provider == "default" ? model.model : "\(model.provider)/\(model.model)"
        guard !model.parameters.isEmpty, let bytes = try? JSONValue.object(model.parameters).canonicalBytes() else {
            return name
        }
        return "\(name) with \(String(decoding: bytes, as: UTF8.self).prefix(300))"
    }
    private func dollars(_ value: Double) -> String { Figures.short(value) }
}
