import ArgumentParser
import Foundation
import GleanerCore
import GleanerGateway
import GleanerRouting
import GleanerServer

struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say which providers and models stand behind a name that clients send as `model`.",
        discussion: "Every edit makes a new version, in force on all running gateways within a second.",
        subcommands: [
            List.self, Show.self, Set.self, Weight.self, Delete.self, Versions.self, Rollback.self,
        ])

    /// Which project's routes, and how to print them.
    struct Common: ParsableArguments {
        @Option(help: "Whose routes.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withRoutes<Value: Sendable>(
            _ body: (RouteService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            // Without providers here there is nothing to hold names against; the gateways have their own.
            let names = environment.configuration.providers?.names
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                return try await body(RouteService(store: PostgresRouteStore(pool: pool)) { names }, project)
            }
        }

        func show(_ version: RouteVersion) throws {
            if json { return try Output.json(RouteBodies.All(version)) }
            print("version \(version.version)")
            for route in version.routes { Routes.display(route) }
        }
    }

    /// What goes with an edit.
    struct Edit: ParsableArguments {
        @Option(help: "Why, kept with the version.") var note = ""
        @Option(help: "Refuse unless this version is in force.") var expect: Int64?

        var edit: RouteEdit {
            RouteEdit(author: CommandEnvironment.actor, note: note, expected: expect)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The routes in force.")
        @OptionGroup var common: Common

        func run() async throws { try common.show(await common.withRoutes { try await $0.current($1) }) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One route as the document that `set` takes.")
        @OptionGroup var common: Common
        @Argument(help: "The route's name.") var name: String

        func run() async throws {
            let route = try await common.withRoutes { try await $0.route(name, of: $1).route }
            try Output.json(route)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a route, or replace the one of its name, from a JSON document.")
        @OptionGroup var common: Common
        @OptionGroup var edit: Edit
        @Argument(help: "The document; - is standard input.") var file: String

        func run() async throws {
            let data =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
            guard let data else { throw CommandError.notFound(file) }
            let route: Route
            do {
                route = try JSONDecoder().decode(Route.self, from: data)
            } catch let error as any Explained {
                throw error
            } catch {
                throw CommandError.unusable(
                    "\(file) is no route.", fix: "`gleaner routes show NAME` prints one; see docs/guide/routes.md.")
            }
            try common.show(await common.withRoutes { try await $0.put(route, in: $1, edit.edit) })
        }
    }

    struct Weight: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change how users are shared out; variants that are not named keep their weight.")
        @OptionGroup var common: Common
        @OptionGroup var edit: Edit
        @Argument(help: "The route's name.") var name: String
        @Argument(help: "VARIANT=WEIGHT, one or more.") var weights: [String]

        func run() async throws {
            let weights = try weights.map { text -> (String, Double) in
                let parts = text.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let weight = Double(parts[1]) else {
                    throw CommandError.unusable("`\(text)` is no weight.", fix: "Write VARIANT=NUMBER, such as new=10.")
                }
                return (String(parts[0]), weight)
            }
            try common.show(
                await common.withRoutes {
                    try await $0.setWeights(
                        Dictionary(weights) { _, last in last }, of: name, in: $1, edit.edit)
                })
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a route; calls for its name go to the default provider as they come.")
        @OptionGroup var common: Common
        @OptionGroup var edit: Edit
        @Argument(help: "The route's name.") var name: String

        func run() async throws {
            try common.show(await common.withRoutes { try await $0.delete(name, in: $1, edit.edit) })
        }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every edit, newest first.")
        @OptionGroup var common: Common
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let versions = try await common.withRoutes {
                try await $0.versions(of: $1, limit: min(max(limit, 1), 10_000))
            }
            if common.json { return try Output.json(RouteBodies.Versions(versions)) }
            for version in versions {
                let names = version.routes.map(\.name).joined(separator: ",")
                let at = version.createdAt.formatted(.iso8601)
                print("\(version.version)  \(at)  \(version.author)  \(names)  \(version.note)")
            }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an earlier version in force again, as a new one.")
        @OptionGroup var common: Common
        @OptionGroup var edit: Edit
        @Argument(help: "A version, from `gleaner routes versions`.") var version: Int64

        func run() async throws {
            try common.show(await common.withRoutes { try await $0.rollBack(to: version, in: $1, edit.edit) })
        }
    }

    fileprivate static func display(_ route: Route) {
        let total = route.variants.filter(\.isEnabled).map(\.weight).reduce(0, +)
        print(route.description.isEmpty ? route.name : "\(route.name)  \(route.description)")
        for variant in route.variants {
            let share = variant.isEnabled ? "\(Int((variant.weight / total * 100).rounded())) %" : "off"
            print("  \(variant.name)  \(share)  \(variant.provider)  \(variant.model ?? route.name)")
        }
        if !route.policy.fallbacks.isEmpty {
            print("  fallbacks: \(route.policy.fallbacks.joined(separator: ", "))")
        }
        for shadow in route.shadows { print("  shadow: \(shadow.variant), \(shadow.fraction) of exchanges") }
    }
}
