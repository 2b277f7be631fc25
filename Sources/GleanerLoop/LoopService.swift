public import AsyncPostgres
import Foundation
public import GleanerCore

/// Loops of a project: what they may do, how their rounds go, and a person's word over them.
public struct LoopService: Sendable {
    let store: PostgresLoopStore
    private let neighbours: LoopNeighbours

    public init(pool: PostgresPool, neighbours: LoopNeighbours) {
        store = PostgresLoopStore(pool: pool)
        self.neighbours = neighbours
    }

    // MARK: Documents

    /// Reads a document whole; each part is checked by who goes by it.
    /// - Throws: `LoopError`, or what the keeper of the part says.
    public func check(_ document: JSONValue, in project: ID<Project>) async throws -> LoopDocument {
        let document = try LoopDocument(document)
        try await neighbours.datasets.check(document.policy, in: project)
        if let tune = document.tune { try await neighbours.tuner.check(tune) }
        if let gate = document.gate {
            var incumbent: JSONValue?
            if case .model(let model) = gate.incumbent { incumbent = model }
            try await neighbours.gate.check(gate.policy, incumbent: incumbent)
        }
        if let canary = document.canary { try await neighbours.canaries.check(canary.plan) }
        return document
    }

    /// Makes the loop, or gives it a new version; the same document again changes nothing. Rounds under way go on by the
    /// version they began with.
    /// - Parameter author: agrees to what the document lets it spend.
    public func put(
        _ document: JSONValue, as name: String, in project: ID<Project>, by author: String, note: String
    ) async throws -> Loop {
        guard LoopName.isOne(name), !LoopName.paths.contains(name) else { throw LoopError.nameInvalid(name) }
        try check(note: note)
        let document = try await check(document, in: project)
        try await store.put(document, as: name, in: project, by: author, note: note)
        return try await loop(name, of: project)
    }

    // MARK: Looking

    /// By name.
    public func loops(of project: ID<Project>) async throws -> [Loop] { try await store.loops(of: project) }

    /// The same with the round under way of each.
    public func standing(of project: ID<Project>) async throws -> [(loop: Loop, open: LoopRound?)] {
        let loops = try await loops(of: project)
        let open = Dictionary(
            try await store.openRounds(of: project).map { ($0.loop, $0) }, uniquingKeysWith: { first, _ in first })
        return loops.map { ($0, open[$0.id]) }
    }

    /// The round under way, if any.
    public func openRound(of loop: Loop) async throws -> LoopRound? {
        try await store.openRounds(of: loop.project, loop: loop.id).first
    }

    /// - Throws: `LoopError.loopUnknown`.
    public func loop(_ name: String, of project: ID<Project>) async throws -> Loop {
        guard let loop = try await store.loop(name, of: project) else { throw LoopError.loopUnknown(name) }
        return loop
    }

    /// Newest first.
    /// - Parameter loop: a name; `nil` for all loops.
    public func rounds(
        of project: ID<Project>, loop name: String? = nil, before: ID<LoopRound>? = nil, limit: Int = 50
    ) async throws -> [LoopRound] {
        var id: ID<Loop>?
        if let name { id = try await loop(name, of: project).id }
        return try await store.rounds(of: project, loop: id, before: before, limit: limit)
    }

    /// - Throws: `LoopError.roundUnknown`.
    public func round(_ id: ID<LoopRound>, of project: ID<Project>) async throws -> LoopRound {
        guard let round = try await store.round(id, of: project) else {
            throw LoopError.roundUnknown(id.description)
        }
        return round
    }

    /// What was decided, by whom and why, newest first.
    /// - Parameter round: `nil` for all of the loop.
    public func events(
        of name: String, round: ID<LoopRound>? = nil, in project: ID<Project>, limit: Int = 50
    ) async throws -> [LoopEvent] {
        try await store.events(of: loop(name, of: project).id, round: round, limit: limit)
    }

    // MARK: A person's word

    /// No round and no step begins until it is resumed; what runs ends. Paused again, it stays as it is.
    public func pause(_ name: String, in project: ID<Project>, by person: String, why: String) async throws -> Loop {
        try check(note: why)
        _ = try await store.pause(loop(name, of: project), by: person, why: why)
        return try await loop(name, of: project)
    }

    public func resume(_ name: String, in project: ID<Project>, by person: String, why: String) async throws -> Loop {
        try check(note: why)
        _ = try await store.resume(loop(name, of: project), by: person, why: why)
        return try await loop(name, of: project)
    }

    /// Begins a round now, whatever the trigger counts.
    /// - Throws: `LoopError.roundOpen`, `.loopPaused`.
    public func start(_ name: String, in project: ID<Project>, by person: String, why: String) async throws -> LoopRound
    {
        try check(note: why)
        let id = try await store.open(loop(name, of: project), by: person, why: why)
        return try await round(id, of: project)
    }

    /// What a person may say over a round.
    public enum Word: String, Sendable, Hashable, CaseIterable {
        case hold, skip, cancel
        case goOn = "continue"
    }

    /// - Throws: `LoopError.roundOver`, `.nothingHolds`, `.nothingToHold`, `.stepNotSkippable`.
    public func say(
        _ word: Word, over id: ID<LoopRound>, in project: ID<Project>, by person: String, why: String
    ) async throws -> LoopRound {
        try check(note: why)
        let round = try await round(id, of: project)
        switch word {
        case .hold: try await store.hold(round, by: person, why: why)
        case .goOn: try await store.goOn(round, by: person, why: why)
        case .skip: try await store.skip(round, by: person, why: why)
        case .cancel: try await store.cancel(round, by: person, why: why)
        }
        return try await self.round(id, of: project)
    }

    private func check(note: String) throws {
        let isClean = note.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean, note.utf8.count <= 500 else { throw LoopError.noteInvalid }
    }
}
