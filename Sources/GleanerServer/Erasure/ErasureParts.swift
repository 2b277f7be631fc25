public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerErasure
import GleanerFeedback
public import GleanerIngest
public import GleanerJobs
public import Logging

/// Erasure, with what it needs of the other modules.
struct ErasureParts {
    let service: ErasureService
    let handlers: [any JobHandler]
    let journal: JournalErasures

    init(
        pool: PostgresPool, queue: JobQueue, journal: Journal, dataDirectory: URL, files: any ProviderFiles,
        logger: Logger
    ) throws {
        service = GleanerService.erasures(on: pool)
        handlers = GleanerService.erasureHandlers(on: pool, files: files, logger: logger)
        self.journal = JournalErasures(
            pool: pool, journal: SearchedJournal(journal: journal),
            place: try JournalPlace(dataDirectory: dataDirectory),
            logger: logger)
    }
}

extension GleanerService {
    public static func erasures(on pool: PostgresPool) -> ErasureService {
        ErasureService(pool: pool, queue: JobQueue(pool: pool), raters: EndUserRaters())
    }

    /// What does the work; a command may have some of its own beside those of a server.
    public static func erasureHandlers(
        on pool: PostgresPool, files: any ProviderFiles, logger: Logger
    ) -> [any JobHandler] {
        let rebuilder = StoredPolicyRebuilder(pool: pool)
        return [
            ErasureHandler(pool: pool, raters: EndUserRaters(), rebuilder: rebuilder, files: files, logger: logger),
            ErasureAgainHandler(pool: pool, rebuilder: rebuilder, files: files, logger: logger),
        ]
    }

    /// What everybody asks who stores exchanges.
    public static func erased(on pool: PostgresPool) -> any ErasedExchanges {
        GatedExchanges(gate: ErasureGate(pool: pool))
    }
}

/// The names that feedback tokens give to end users.
private struct EndUserRaters: RaterNames {
    func raters(of endUser: String, in project: ID<Project>) -> [String] {
        [EndUserHash(endUser, in: project).rater]
    }
}

private struct GatedExchanges: ErasedExchanges {
    let gate: ErasureGate

    func passing<Value: Sendable>(
        _ intents: [ExchangeIntent], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value {
        try await gate.passing(intents.map(HeldExchange.init), body)
    }

    func erased(among intents: [ExchangeIntent]) async throws -> Set<ID<Exchange>> {
        try await gate.erased(among: intents.map(HeldExchange.init))
    }
}

/// The journal, as erasure asks about it.
private struct SearchedJournal: ErasableJournal {
    let journal: Journal

    func holds(_ isErased: @escaping @Sendable (HeldExchange) -> Bool) async throws -> Bool {
        try await journal.holds { isErased(HeldExchange($0)) }
    }
    func scrub() async throws { try await journal.scrub() }
    var leftovers: [String] { journal.leftovers }
}

extension HeldExchange {
    fileprivate init(_ intent: ExchangeIntent) {
        self.init(
            id: intent.id, project: intent.project, conversation: intent.conversation, endUser: intent.endUser,
            receivedAt: intent.receivedAt, shadowOf: intent.shadowOf)
    }
}
