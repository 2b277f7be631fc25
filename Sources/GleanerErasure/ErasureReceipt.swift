import AsyncPostgres
public import Foundation
public import GleanerCore

/// What an erasure took, where, and what it could not reach. The same in JSON and, for people, in Markdown.
///
/// Journals and files are as they are when it is asked for: an instance that was away confirms when it is back.
public struct ErasureReceipt: Sendable, Codable, Hashable {
    public struct Version: Sendable, Codable, Hashable {
        public let dataset: String
        public let version: Int
        /// Lines that went.
        public let examples: Int
        /// The version that was built without them.
        public let replacedBy: Int?
        /// Why there is none.
        public let note: String?

        enum CodingKeys: String, CodingKey {
            case dataset, version, examples, note
            case replacedBy = "replaced_by"
        }
    }
    public struct Model: Sendable, Codable, Hashable {
        public let provider: String
        public let model: String
        public let dataset: String
        public let version: Int
    }
    /// A fine-tune that was given lines of it.
    public struct Training: Sendable, Codable, Hashable {
        public let id: String
        public let provider: String
        /// The trainer's own id of it.
        public let providerJob: String?
        public let state: String

        enum CodingKeys: String, CodingKey {
            case id, provider, state
            case providerJob = "provider_job"
        }
    }
    public struct Journal: Sendable, Codable, Hashable {
        public let host: String
        public let directory: String
        public let confirmed: Bool
        public let seenAt: Date

        enum CodingKeys: String, CodingKey {
            case host, directory, confirmed
            case seenAt = "seen_at"
        }
    }
    public struct File: Sendable, Codable, Hashable {
        public let host: String
        public let path: String
        public let bytes: Int64
        public let erasedAt: Date

        enum CodingKeys: String, CodingKey {
            case host, path, bytes
            case erasedAt = "erased_at"
        }
    }

    public let erasure: ErasureBody
    /// Tombstones: none of these ids is stored again.
    public let exchanges: Int
    public let versions: [Version]
    /// They have learnt from erased lines; weights cannot be erased.
    public let models: [Model]
    public let trainings: [Training]
    public let providerFiles: [ProviderFileErasure]
    public let files: [File]
    public let journals: [Journal]
    public let notReached: [String]

    enum CodingKeys: String, CodingKey {
        case erasure, exchanges, versions, models, trainings, files, journals
        case providerFiles = "provider_files"
        case notReached = "not_reached"
    }
}

extension ErasureService {
    public func receipt(of id: ID<Erasure>, in project: ID<Project>) async throws -> ErasureReceipt {
        let erasure = try await find(id, in: project)
        let pool = store.pool
        let count: Int64 = try await pool.query(
            "SELECT count(*) AS count FROM gleaner.erased_exchanges WHERE erasure_id = \(id.uuid)")[0].decode("count")
        let versions = try await pool.query(
            """
            SELECT d.name, v.number, e.examples, n.number AS replaced_by, e.note
            FROM gleaner.erasure_versions e JOIN gleaner.dataset_versions v ON v.id = e.version_id
            JOIN gleaner.datasets d ON d.id = v.dataset_id
            LEFT JOIN gleaner.dataset_versions n ON n.id = e.replaced_by
            WHERE e.erasure_id = \(id.uuid) ORDER BY d.name, v.number
            """
        ).map { row in
            ErasureReceipt.Version(
                dataset: try row.decode("name"), version: try row.decode("number", as: Int.self),
                examples: try row.decode("examples", as: Int.self),
                replacedBy: try row.decodeIfPresent("replaced_by", as: Int.self),
                note: try row.decodeIfPresent("note"))
        }
        let models = try await pool.query(
            """
            SELECT m.provider, m.model, d.name, v.number
            FROM gleaner.erasure_versions e JOIN gleaner.dataset_versions v ON v.id = e.version_id
            JOIN gleaner.datasets d ON d.id = v.dataset_id
            JOIN gleaner.model_versions m ON m.dataset_version_id = v.id
            WHERE e.erasure_id = \(id.uuid) ORDER BY m.provider, m.model
            """
        ).map { row in
            ErasureReceipt.Model(
                provider: try row.decode("provider"), model: try row.decode("model"), dataset: try row.decode("name"),
                version: try row.decode("number", as: Int.self))
        }
        let trainings = try await trainings(id)
        let (journals, leftovers) = try await journals(erasure)
        return ErasureReceipt(
            erasure: ErasureBody(erasure), exchanges: Int(count), versions: versions, models: models,
            trainings: trainings.map(\.training), providerFiles: erasure.notes.providerFiles,
            files: try await files(id), journals: journals,
            notReached: ErasureReceipt.notReached(
                erasure, models: models, journals: journals, leftovers: leftovers, hasVersions: !versions.isEmpty,
                hasPrograms: trainings.contains { $0.isProgram }))
    }

    private func trainings(
        _ id: ID<Erasure>
    ) async throws -> [(training: ErasureReceipt.Training, isProgram: Bool)] {
        try await store.pool.query(
            """
            SELECT j.id, j.provider, j.provider_job, j.state, j.driver = 'command' AS is_program
            FROM gleaner.erasure_versions e JOIN gleaner.tuning_jobs j ON j.dataset_version_id = e.version_id
            WHERE e.erasure_id = \(id.uuid) ORDER BY j.id
            """
        ).map { row in
            let training = ErasureReceipt.Training(
                id: ID<Erasure>(try row.decode("id")).description, provider: try row.decode("provider"),
                providerJob: try row.decodeIfPresent("provider_job"), state: try row.decode("state"))
            return (training, try row.decode("is_program"))
        }
    }

    private func journals(_ erasure: Erasure) async throws -> ([ErasureReceipt.Journal], [String]) {
        guard let before = erasure.erasedBefore else { return ([], []) }
        let rows = try await store.pool.query(
            """
            SELECT host, directory, leftovers, confirmed_until >= \(before) AS confirmed, seen_at FROM gleaner.journals
            ORDER BY host, directory, id
            """)
        let leftovers = try rows.flatMap { row in
            let (host, names) = (
                try row.decode("host", as: String.self), try row.decode("leftovers", as: PostgresArray<String>.self)
            )
            return names.elements.map { "\(host): \($0)" }
        }
        let journals = try rows.map { row in
            ErasureReceipt.Journal(
                host: try row.decode("host"), directory: try row.decode("directory"),
                confirmed: try row.decode("confirmed"), seenAt: try row.decode("seen_at"))
        }
        return (journals, leftovers)
    }

    private func files(_ id: ID<Erasure>) async throws -> [ErasureReceipt.File] {
        try await store.pool.query(
            """
            SELECT coalesce(j.host, '') AS host, f.path, f.bytes, f.erased_at
            FROM gleaner.erasure_versions e JOIN gleaner.erased_files f ON f.version_id = e.version_id
            LEFT JOIN gleaner.journals j ON j.id = f.journal_id
            WHERE e.erasure_id = \(id.uuid) ORDER BY f.path, f.erased_at
            """
        ).map { row in
            ErasureReceipt.File(
                host: try row.decode("host"), path: try row.decode("path"), bytes: try row.decode("bytes"),
                erasedAt: try row.decode("erased_at"))
        }
    }
}

extension ErasureReceipt {
    /// What is left for somebody else to do, in whole sentences.
    static func notReached(
        _ erasure: Erasure, models: [Model], journals: [Journal], leftovers: [String], hasVersions: Bool,
        hasPrograms: Bool
    ) -> [String] {
        var sentences = [
            "Backups of the database, its archived log and its standbys: they are as they were. A restored backup brings "
                + "back what was erased and forgets the tombstones; ask for the erasure again after a restore.",
            "Space inside of PostgreSQL's files: rows are deleted, and their bytes are overwritten as vacuum and later "
                + "rows come to them. Disk forensics is not ruled out.",
            "Other systems: the provider that answered, the chatbot's own logs, and files that were imported.",
        ]
        if hasVersions {
            sentences.append(
                "Copies of exported dataset versions outside of the data directories of the instances: delete them by "
                    + "dataset and version as listed.")
        }
        if erasure.kind != .exchange {
            sentences.append(
                "A hash in the list of holdouts, or in that of what was trained on, if they were in one: SHA-256 of project "
                    + "and name. It gives nothing back, keeps apart whom models learnt from and whom they are measured "
                    + "with, and can be checked by who knows the name."
            )
        }
        if hasPrograms {
            sentences.append(
                "What a training program kept for itself under tuning/ in a data directory: its checkpoints, and copies of "
                    + "its input if it made any.")
        }
        if !models.isEmpty {
            sentences.append(
                "The weights of models that learnt from erased lines: they are marked, and nothing can be taken out of "
                    + "them. Train a successor from the rebuilt version and retire them.")
        }
        if erasure.notes.laterTurns > 0 {
            sentences.append(
                "Later turns of the same conversation: \(erasure.notes.laterTurns) exchanges may repeat what was said in "
                    + "the erased one. Erase the conversation to take them too.")
        }
        for journal in journals where !journal.confirmed {
            sentences.append(
                "The journal \(journal.directory) on \(journal.host), last seen \(journal.seenAt.ISO8601Format()): it "
                    + "confirms when its instance runs again, and stores nothing of it before. If it is gone for good, so "
                    + "is what it held.")
        }
        for copy in leftovers {
            sentences.append("A copy of damaged journal files, which cannot be searched: \(copy). Delete it by hand.")
        }
        for file in erasure.notes.providerFiles {
            guard let failure = file.failure else { continue }
            sentences.append("File \(file.file) at \(file.provider): \(failure)")
        }
        return sentences
    }

    public var markdown: String {
        func list(_ items: [String], _ none: String) -> String {
            items.isEmpty ? "\(none)\n" : items.map { "- \($0)" }.joined(separator: "\n") + "\n"
        }
        let kind = erasure.kind.rawValue.replacing("_", with: " ")
        return """
            # Receipt of erasure \(erasure.id)

            Of \(kind), known by \(erasure.subjectHash.prefix(16))…; state: \(erasure.state.rawValue).
            Asked for by \(erasure.requestedBy) on \(erasure.requestedAt.ISO8601Format())\
            \(erasure.confirmedBy.map { ", confirmed by \($0)" } ?? "")\
            \(erasure.finishedAt.map { ", done on \($0.ISO8601Format())" } ?? "").
            \(erasure.reason.isEmpty ? "" : "Reason: \(erasure.reason)\n")
            ## Rows

            \(exchanges) exchanges are never stored again.

            \(list(erasure.counts.sorted { $0.key < $1.key }.map { "`\($0.key)`: \($0.value)" }, "None."))
            ## Dataset versions

            \(list(versions.map(\.sentence), "None held a line of it."))
            ## Models that learnt from it

            \(list(models.map { "\($0.model) at \($0.provider), from \($0.dataset) version \($0.version)" }, "None."))
            ## Fine-tunes that were given lines of it

            \(list(
                trainings.map { "\($0.id) at \($0.provider)\($0.providerJob.map { ", there \($0)" } ?? ""): \($0.state)" },
                "None."))
            ## Files

            \(list(
                files.map { "\($0.host): \($0.path), \($0.bytes) bytes, on \($0.erasedAt.ISO8601Format())" }
                    + providerFiles.filter { $0.failure == nil }.map { "\($0.provider): \($0.file)" }, "None."))
            ## Journals

            \(list(
                journals.map { "\($0.host), \($0.directory): \($0.confirmed ? "holds nothing of it" : "not confirmed yet")" },
                "None is known."))
            ## Not reached

            \(list(notReached, "Nothing."))
            """
    }
}

extension ErasureReceipt.Version {
    fileprivate var sentence: String {
        let successor = replacedBy.map { "version \($0) was built without" } ?? note ?? "not rebuilt yet"
        return "\(dataset) version \(version): \(examples) lines, withdrawn; \(successor)"
    }
}
