import ArgumentParser
import Foundation
import GleanerCore
import GleanerImport
import GleanerIngest
import GleanerServer

struct Prices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What models cost; exchanges get their cost from it.",
        discussion: """
            Prices are US dollars for a million tokens. The most specific one in force when an exchange was received \
            counts: an exact model before a beginning with *, a provider's own before one for any, the newest.
            """, subcommands: [List.self, Set.self, Remove.self, Load.self, Apply.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all prices.")

        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let prices = try await environment.withDatabase { try await PriceStore(pool: $0).all() }
            if json { return try Output.json(prices.map(PriceBody.init)) }
            if prices.isEmpty { print("no prices yet: gleaner prices set MODEL --input USD --output USD") }
            for price in prices {
                let rates = price.rates
                let parts = [
                    "input \(rates.input)", rates.cachedInput.map { "cached \($0)" },
                    rates.cacheWrite.map { "cache write \($0)" }, "output \(rates.output)",
                ]
                let from =
                    price.effectiveFrom == PriceStore.always
                    ? "always" : "from \(price.effectiveFrom.formatted(.iso8601))"
                print(
                    "\(price.model)  \(price.provider ?? "any provider")  \(from)  "
                        + parts.compactMap { $0 }.joined(separator: ", "))
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the price of a model, or of all whose names begin alike.")

        @Argument(help: "A model, or a beginning and *: gpt-4o*.") var model: String
        @Option(help: "USD for a million prompt tokens.") var input: Double
        @Option(help: "USD for a million completion tokens.") var output: Double
        @Option(help: "USD for a million cached prompt tokens; else as --input.") var cached: Double?
        @Option(help: "USD for a million tokens written to a cache; else as --input.") var cacheWrite: Double?
        @Option(help: "Only for this provider.") var provider: String?
        @Option(help: "In force from, ISO 8601. Else always for a model's first price, and from now on for later ones.")
        var from: String?

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let pattern = try ModelPattern(model)
            let rates = try TokenRates(input: input, cachedInput: cached, cacheWrite: cacheWrite, output: output)
            let wanted = try from.map(Prices.time)
            try await environment.withDatabase { pool in
                let store = PriceStore(pool: pool)
                let start = try await store.start(of: pattern, from: provider, wanted: wanted)
                try await store.set([Price(provider: provider, model: pattern, effectiveFrom: start, rates: rates)])
            }
            print("set; running gateways know within a second. For exchanges stored before: gleaner prices apply")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a model's prices; costs that were set stay.")

        @Argument(help: "As `gleaner prices list` shows it.") var model: String
        @Option(help: "The provider of the price; left out, the one for any.") var provider: String?
        @Option(help: "Only the one in force from this date on.") var from: String?

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let pattern = try ModelPattern(model)
            let date = try from.map { $0 == "always" ? PriceStore.always : try Prices.time($0) }
            let removed = try await environment.withDatabase {
                try await PriceStore(pool: $0).remove(pattern, of: provider, from: date)
            }
            guard removed > 0 else { throw PriceError.unknown(model: model) }
            print("removed \(removed)")
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Read prices from a file: LiteLLM's model prices (JSON), or CSV.",
            discussion: """
                CSV has the columns model, input_usd and output_usd, and may have provider, effective_from, \
                cached_input_usd and cache_write_usd.
                """)

        @Argument(help: "The file.") var file: String
        @Option(help: "The provider of all of them; left out, any.") var provider: String?
        @Option(help: "In force from, ISO 8601, where the file does not say. Else always.") var from: String?
        @Flag(help: "As JSON.") var json = false

        private struct Outcome: Encodable {
            let set: Int
            let passed_over: Int
        }

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
                throw ImportError.fileUnreadable(file)
            }
            let read = try PriceFile.reading(
                Array(bytes), provider: provider, from: try from.map(Prices.time) ?? PriceStore.always)
            try await environment.withDatabase { try await PriceStore(pool: $0).set(read.prices) }
            if json { return try Output.json(Outcome(set: read.prices.count, passed_over: read.passedOver)) }
            print("set \(read.prices.count) prices; \(read.passedOver) entries have no price for tokens")
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give stored exchanges the cost they had, where none was known.")

        @Option(help: "Exchanges received from then on, ISO 8601. Else all.") var since: String?
        @Option(help: "Only this project's.") var project: String?
        @Flag(help: "Also those that have a cost.") var replace = false
        @Flag(help: "As JSON.") var json = false

        private struct Outcome: Encodable {
            let seen: Int
            let priced: Int
            let unpriced: [String: Int]
        }

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let start = try since.map(Prices.time) ?? PriceStore.always
            let progress = Progress(isQuiet: json)
            let result = try await environment.withDatabase { pool in
                var owner: ID<Project>?
                if let project { owner = try await PostgresKeyStore(pool: pool).existingProject(named: project) }
                return try await CostBackfill(pool: pool).run(since: start, project: owner, replacing: replace) {
                    progress.show("exchanges", $0, of: 0)
                }
            }
            if result.seen > 0 { progress.end() }
            if json {
                return try Output.json(
                    Outcome(seen: result.seen, priced: result.priced, unpriced: result.unpriced))
            }
            print("\(result.priced) of \(result.seen) exchanges were given a cost")
            for (model, count) in result.unpriced.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(10) {
                print("  no price: \(model) (\(count))")
            }
        }
    }

    static func time(_ text: String) throws -> Date {
        guard let time = ImportOptions.time(text) else { throw ImportError.timeInvalid(text) }
        return time
    }
}
