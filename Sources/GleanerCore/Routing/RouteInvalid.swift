/// A route that cannot be kept as it is.
public enum RouteInvalid: Explained, Hashable {
    case memberUnknown(String, part: String)
    case routeName(String)
    case variantName(String, route: String)
    case variantTwice(String, route: String)
    case routeTwice(String)
    case noVariants(route: String)
    case weight(Double, variant: String, route: String)
    case nothingToChoose(route: String)
    case providerUnknown(String, variant: String, route: String, known: [String])
    case parameter(String, variant: String, route: String)
    case model(variant: String, route: String)
    case variantUnknown(String, in: String, route: String)
    case fraction(Double, variant: String, route: String)
    case policyRange(String, wanted: String, route: String)
    case tooLarge(String, limit: Int)

    public var explanation: Explanation {
        switch self {
        case .memberUnknown(let name, let part):
            bad(
                "route_member_unknown", "A \(part) has no member `\(name.prefix(64))`.",
                "It is not one of those known.",
                "See docs/reference/api.md for the members of a \(part).")
        case .routeName(let name):
            bad(
                "route_name_invalid", "A route cannot be called `\(name.prefix(128))`.",
                "A name has 1 to 128 of A–Z a–z 0–9 . _ - / : @ + and is neither `versions` nor `rollback`.",
                "Choose another `name`: what clients send as `model`.")
        case .variantName(let name, let route):
            bad(
                "variant_name_invalid", "A variant of `\(route)` cannot be called `\(name.prefix(64))`.",
                "A name has 1 to 64 of A–Z a–z 0–9 . _ -.", "Choose another `name`.")
        case .variantTwice(let name, let route):
            bad(
                "variant_twice", "Route `\(route)` has two variants called `\(name)`.",
                "Weights, fallbacks and shadows name variants.", "Give each its own `name`.")
        case .routeTwice(let name):
            bad("route_twice", "There are two routes called `\(name)`.", "Clients ask by name.", "Remove one.")
        case .noVariants(let route):
            bad(
                "route_empty", "Route `\(route)` has no variants.", "There would be nothing to send a call to.",
                "Give it at least one in `variants`.")
        case .weight(let weight, let variant, let route):
            bad(
                "weight_out_of_range", "Variant `\(variant)` of `\(route)` cannot weigh \(weight).",
                "A weight is a number from 0 to 1000000.", "Use 90 and 10, or 0.9 and 0.1: only the ratio counts.")
        case .nothingToChoose(let route):
            bad(
                "weights_all_zero", "Route `\(route)` has nothing to choose.",
                "Every variant is disabled or weighs 0.",
                "Give one that is enabled a weight above 0, or delete the route.")
        case .providerUnknown(let provider, let variant, let route, let known):
            bad(
                "route_provider_unknown",
                "Variant `\(variant)` of `\(route)` asks provider `\(provider.prefix(64))`, which is not configured.",
                "Configured are: \(known.sorted().joined(separator: ", ")).",
                "Name one of these, or add it to GLEANER_PROVIDERS.")
        case .parameter(let name, let variant, let route):
            bad(
                "route_parameter_invalid", "Variant `\(variant)` of `\(route)` cannot set `\(name.prefix(64))`.",
                "What is asked, which model answers and whether it streams are not parameters, and U+0000 cannot be stored.",
                "Remove it; `model` is a member of the variant.")
        case .model(let variant, let route):
            bad(
                "route_model_invalid", "The model of variant `\(variant)` of `\(route)` cannot be used.",
                "It should have 1 to 256 characters, none of them a control character.", "Send another `model`.")
        case .variantUnknown(let name, let place, let route):
            bad(
                "route_variant_unknown", "Route `\(route)` has no variant `\(name.prefix(64))`.",
                "It is named in \(place).", "Add the variant, or take it out there.")
        case .fraction(let fraction, let variant, let route):
            bad(
                "fraction_out_of_range", "Variant `\(variant)` cannot shadow \(fraction) of `\(route)`.",
                "A fraction is a number from 0 to 1.", "Send 0.05 for one exchange in twenty.")
        case .policyRange(let member, let wanted, let route):
            bad(
                "route_policy_range", "`\(member)` in the policy of `\(route)` cannot be used.",
                "It should be \(wanted).", "Correct it, or leave it out for the default.")
        case .tooLarge(let what, let limit):
            bad("route_too_large", "There are too many \(what).", "The limit is \(limit).", "Remove some.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
