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
        current.replace(file.read())
    }

    public func run() async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { try? await self.listener.run() }
                group.addTask { for await _ in self.listener.notifications { wake.yield() } }
                group.addTask {
                    while !Task.isCancelled {
                        wake.yield()
                        try? await Task.sleep(for: Self.interval)
                    }
                    wake.finish()
                }
                // One reader: what it puts in force is never older than what it put in force before.
                group.addTask { for await _ in wakes { await self.refresh() } }
            }
        }
    }

    /// Reads what has changed and puts it in force.
    func refresh() async {
        do {
            let heads = try await store.heads()
            isAway.withLock { $0 = false }
            let before = current.all
            guard heads != before.mapValues(\.version) else { return }
            var policies: [ID<Project>: PolicyVersion] = [:]
            for (project, version) in heads {
                policies[project] = await policy(version, of: project, before: before[project])
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

    /// A version of a newer release that this one cannot read leaves the one before in force.
    private func policy(
        _ version: Int64, of project: ID<Project>, before: PolicyVersion?
    ) async -> PolicyVersion? {
        if let before, before.version == version { return before }
        do {
            return try await store.version(version, of: project)
        } catch {
            logger.error(
                "a moderation policy cannot be read; the one before stays in force",
                metadata: ["project.id": "\(project)", "error": "\(error)"])
            return before
        }
    }
}

/// The last policies, on this machine's disk; readable for its owner alone.
struct PolicyFile: Sendable {
    let path: String

    /// Empty when there is none, or none that can be read.
    func read() -> [ID<Project>: PolicyVersion] {
        guard let data = FileManager.default.contents(atPath: path),
            let members = try? JSONValue(parsing: data).objectValue
        else { return [:] }
        var policies: [ID<Project>: PolicyVersion] = [:]
        for (name, value) in members {
            guard let project = ID<Project>(name), let version = value["version"]?.intValue,
                let document = value["document"], let policy = try? ModerationPolicy(document)
            else { continue }
            policies[project] = PolicyVersion(
                version: version, policy: policy, author: "", note: "", at: Date(timeIntervalSince1970: 0))
        }
        return policies
    }

    /// Whole or not at all: a crash in between leaves the file as it was.
    func write(_ policies: [ID<Project>: PolicyVersion]) throws {
        let members = policies.map { project, policy -> (String, JSONValue) in
            (project.description, ["version": .integer(policy.version), "document": policy.policy.document])
        }
        let bytes = try JSONValue.object(Dictionary(uniqueKeysWithValues: members)).canonicalBytes()
        let new = path + ".new"
        guard
            FileManager.default.createFile(atPath: new, contents: Data(bytes), attributes: [.posixPermissions: 0o600]),
            rename(new, path) == 0
        else { throw CocoaError(.fileWriteUnknown) }
    }
}
