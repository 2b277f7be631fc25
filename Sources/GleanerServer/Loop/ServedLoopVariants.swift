import GleanerCore
import GleanerLoop
import GleanerRouting

/// Routes as loops read them and give them candidates: like anybody else, in versions that say who and why.
struct ServedLoopVariants: LoopVariants {
    private static let author = "gleaner:loop"
    /// Of a route; it holds 32.
    private static let roomAbove = 24
    private static let attempts = 5

    let service: RouteService

    func variant(
        _ name: String?, of route: String, besides candidate: String?, in project: ID<Project>
    ) async throws -> (name: String, model: LoopModel)? {
        let found = try await service.route(route, of: project).route
        let others = found.variants.filter { $0.isEnabled && $0.name != candidate }
        let chosen =
            name.map { name in others.first { $0.name == name } }
            ?? others.filter { $0.weight > 0 }.max { $0.weight < $1.weight }
        return chosen.map { variant in
            (
                variant.name,
                LoopModel(
                    provider: variant.provider, model: variant.model ?? found.name, parameters: variant.parameters)
            )
        }
    }

    func add(
        _ name: String, of family: String, asking model: LoopModel, to route: String, note: String,
        in project: ID<Project>
    ) async throws -> Bool {
        for attempt in 1...Self.attempts {
            let current = try await service.route(route, of: project)
            var edited = current.route
            if let there = edited.variants.first(where: { $0.name == name }) {
                return there.provider == model.provider && there.model == model.model
            }
            edited.makeRoom(above: Self.roomAbove, of: family)
            edited.variants.append(
                Variant(
                    name: name, provider: model.provider, model: model.model, weight: 0,
                    parameters: model.parameters))
            do {
                _ = try await service.put(
                    edited, in: project, RouteEdit(author: Self.author, note: note, expected: current.version))
                return true
            } catch RouteError.versionConflict where attempt < Self.attempts {
                // Somebody edited meanwhile; their edit stays.
            }
        }
        return false
    }
}

extension Route {
    /// Drops the loop's oldest candidates that take no traffic, so that a route does not fill up over the years.
    mutating func makeRoom(above limit: Int, of family: String) {
        let needed = Set(policy.fallbacks).union(shadows.map(\.variant))
        let spent = variants.filter {
            $0.weight == 0 && !needed.contains($0.name) && $0.name.hasPrefix(family)
                && $0.name.dropFirst(family.count).allSatisfy { $0.isNumber || $0 == "-" }
        }
        let gone = Set(spent.prefix(max(0, variants.count + 1 - limit)).map(\.name))
        variants.removeAll { gone.contains($0.name) }
    }
}
