/// A name that clients send as `model`, and what stands behind it.
public struct Route: Sendable, Hashable {
    /// 1 to 128 of `A–Z a–z 0–9 . _ - / : @ +`; not `versions` or `rollback`, which are paths of the API.
    public var name: String
    public var description: String
    public var variants: [Variant]
    public var policy: RoutePolicy
    public var shadows: [Shadow]

    public init(
        name: String, description: String = "", variants: [Variant], policy: RoutePolicy = RoutePolicy(),
        shadows: [Shadow] = []
    ) {
        self.name = name
        self.description = description
        self.variants = variants
        self.policy = policy
        self.shadows = shadows
    }

    /// The enabled variant of that name.
    func enabled(_ name: String) -> Variant? { variants.first { $0.name == name && $0.isEnabled } }
}

extension Route: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, description, variants, policy, shadows }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseMembers(besides: CodingKeys.self, of: "route")
        let members = try decoder.container(keyedBy: CodingKeys.self)
        // Where a path says it, the document may leave it out; one without any is refused by `validate`.
        name = try members.decodeIfPresent(String.self, forKey: .name) ?? ""
        description = try members.decodeIfPresent(String.self, forKey: .description) ?? ""
        variants = try members.decode([Variant].self, forKey: .variants)
        policy = try members.decodeIfPresent(RoutePolicy.self, forKey: .policy) ?? RoutePolicy()
        shadows = try members.decodeIfPresent([Shadow].self, forKey: .shadows) ?? []
    }
}
