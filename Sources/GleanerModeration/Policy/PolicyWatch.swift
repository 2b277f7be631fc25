public import AsyncPostgres
import Foundation
import GleanerCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps `CurrentPolicies` what the database says: at every notification, and every few seconds besides.
///
/// While PostgreSQL is away the last policies stay in force; they are kept in a file for a start without it, so that a
/// gateway that refuses what is not judged does so from its first call on.
public final class PolicyWatch: Service {
    /// A net below LISTEN/NOTIFY, which tells within milliseconds.
    private static let interval = Duration.seconds(3)

    private let store: PolicyStore
    private let current: CurrentPolicies
    private let listener: PostgresListener
    private let file: PolicyFile
    private let logger: Logger
    private let isAway = Mutex(false)

    /// - Parameter path: where the last policies are kept; read here.
    public init(
        store: PolicyStore, current: CurrentPolicies, configuration: PostgresConfiguration, path: String,
        logger: Logger
    ) {
        self.store = store
        self.current = current
        self.logger = logger
        file = PolicyFile(path: path)
        listener = PostgresListener(configuration: configuration, channels: [PolicyStore.channel], logger: logger)
        if let policies = file.read() { current.replace(policies, from: .file) }
    }

    public func run() async throws {
        await listener.refresh(every: Self.interval) { await self.refresh() }
    }

    /// Reads what has changed and puts it in force.
    func refresh() async {
        do {
            let heads = try await store.heads()
            isAway.withLock { $0 = false }
            let before = current.all
            let isFirst = current.source < .database
            let isSealed = before.values.contains(where: \.isSealed)
            guard isFirst || isSealed || heads != before.mapValues(\.version) else { return }
            let policies = try await store.inForce(heads: heads, before: before) { project, error in
                logger.error(
                    "a moderation policy cannot be read; the one before stays in force, else nothing passes",
                    metadata: ["project.id": "\(project)", "error": "\(error)"])
            }
            current.replace(policies)
            for (project, policy) in policies where policy.version != before[project]?.version {
                logger.notice(
                    "moderation policy in force",
                    metadata: ["project.id": "\(project)", "policy.version": "\(policy.version)"])
            }
            try file.write(policies)
        } catch {
            let isNew = isAway.withLock { isAway in
                defer { isAway = true }
                return !isAway
            }
            if isNew, !Task.isCancelled {
                logger.warning(
                    "moderation policies cannot be read; the last ones stay in force", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// The last policies, on this machine's disk; readable for its owner alone.
struct PolicyFile: Sendable {
    let path: String

    /// `nil` when there is none, or none that can be read. A policy in it that cannot be read is sealed.
    func read() -> [ID<Project>: PolicyVersion]? {
        guard let data = FileManager.default.contents(atPath: path),
            let members = try? JSONValue(parsing: data).objectValue
        else { return nil }
        var policies: [ID<Project>: PolicyVersion] = [:]
        for (name, value) in members {
            guard let project = ID<Project>(name) else { return nil }
            let version = value["version"]?.intValue ?? 0
            guard let document = value["document"], let policy = try? ModerationPolicy(stored: document) else {
                policies[project] = .sealed(version)
                continue
            }
            policies[project] = PolicyVersion(
                version: version, policy: policy, author: "", note: "", at: Date(timeIntervalSince1970: 0))
        }
        return policies
    }

    func write(_ policies: [ID<Project>: PolicyVersion]) throws {
        let members = policies.map { project, policy -> (String, JSONValue) in
            let document = policy.isSealed ? JSONValue.null : policy.policy.document
            return (project.description, ["version": .integer(policy.version), "document": document])
        }
        let bytes = try JSONValue.object(Dictionary(uniqueKeysWithValues: members)).canonicalBytes()
        try PrivateFile.write(Data(bytes), to: path)
    }
}
