import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerErasure

/// What was built of an exchange outside of the tables it came in by.
@Suite("Erasure of what was built", .database)
struct BuiltBesideTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// A dataset version with a line of `exchange` in train and one in the holdout, a fine-tune of it and an evaluation.
    private struct Built {
        let version = UUID()
        let job = UUID()
        let evaluation = UUID()
        let canary = UUID()

        init(_ world: StoredExchanges, train: ID<Exchange>, held: ID<Exchange>) async throws {
            let (set, policy) = (UUID(), UUID())
            try await world.pool.withConnection { connection in
                try await connection.execute(
                    script: """
                        INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
                            VALUES ('\(policy)', '\(world.project)', 'p\(set)', 1, '{}', now());
                        INSERT INTO gleaner.datasets (id, project_id, name, created_at)
                            VALUES ('\(set)', '\(world.project)', 'd\(set)', now());
                        INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document,
                                salt, statistics, content_sha256, created_at)
                            VALUES ('\(version)', '\(set)', '\(world.project)', 1, '\(policy)', '{}', 's', '{}', '', now());
                        INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
                            VALUES ('\(version)', 'train', 1, \(train.shard.value), '\(train)', '{}', '', '{}'),
                                   ('\(version)', 'holdout', 1, \(held.shard.value), '\(held)', '{}', '', '{}');
                        INSERT INTO gleaner.tuning_jobs (id, project_id, dataset_version_id, driver, provider, base_model,
                                method, hyperparameters, state, fine_tuned_model, error, estimated_tokens,
                                estimated_epochs, billed_tokens, confirmation, confirmed_by, confirmed_at, created_at,
                                finished_at)
                            VALUES ('\(job)', '\(world.project)', '\(version)', 'openai', 'default', 'base', 'sft', '{}',
                                'failed', NULL, '{"code":"x","message":"line 3: SECRET","param":"SECRET","why":"w","fix":"f"}',
                                1, 1, 1, '\(job)', 'me', now(), now(), now());
                        INSERT INTO gleaner.tuning_events (job_id, event_id, at, level, type, message, data)
                            VALUES ('\(job)', 'ev-1', now(), 'warn', 'message', 'line 3 says SECRET', '{"a":"SECRET"}'),
                                   ('\(job)', 'gleaner-job', now(), 'info', 'message', 'The trainer has the job.', NULL);
                        INSERT INTO gleaner.evaluations (id, project_id, version_id, candidate, incumbent, policy, salt,
                                state, holdout, items, estimate, author, created_at)
                            VALUES ('\(evaluation)', '\(world.project)', '\(version)', '{}', '{}', '{}', 's', 'running', 1, 1,
                                '{}', 'me', now());
                        INSERT INTO gleaner.evaluation_items (evaluation_id, line, side, exchange_id, answer, duration_ms,
                                scores, answered_at)
                            SELECT '\(evaluation)', 1, side, '\(held)', 'SECRET', 1, '{}', now()
                            FROM unnest(ARRAY['candidate', 'incumbent']) side;
                        INSERT INTO gleaner.evaluation_judgements (evaluation_id, line, candidate_first, preferred, model,
                                prompt_sha256, judged_at)
                            VALUES ('\(evaluation)', 1, true, 'tie', 'j', '', now());
                        INSERT INTO gleaner.canaries (id, project_id, route, candidate, incumbent, plan, state, step,
                                step_since, step_version, original, expected, reason, seen_until, author, created_at)
                            VALUES ('\(canary)', '\(world.project)', 'r\(set)', 'a', 'b', '{}', 'running', 0, now(), 1, '{}',
                                '{}', 'r', now(), 'me', now());
                        INSERT INTO gleaner.canary_units (canary_id, step, unit, arm, exchanges, errors, flagged, rated,
                                rating_sum, timed, log_ms_sum, streamed, log_ttft_sum)
                            SELECT '\(canary)', step, unit, 'candidate', 1, 0, 0, 0, 0, 0, 0, 0, 0
                            FROM generate_series(0, 1) step,
                                 unnest(ARRAY['user:asha', 'user:ravi', 'conversation:c1', 'exchange:\(held)']) unit;
                        """)
            }
        }
    }

    private struct NoOtherNames: RaterNames {
        func raters(of endUser: String, in project: ID<Project>) -> [String] { [] }
    }

    private func erase(_ subject: ErasureSubject, _ project: ID<Project>) async throws -> ErasureTally {
        let service = ErasureService(pool: pool, queue: JobQueue(pool: pool), raters: NoOtherNames())
        let proposed = try await service.propose(subject, forbid: false, reason: "", by: "t", in: project)
        let confirmed = try await service.confirm(proposed.id, by: "t", in: project)
        let tally = try await ErasureSweep(
            pool: pool, project: project, subject: subject, before: try #require(confirmed.erasedBefore), raters: [],
            erasure: confirmed.id
        ).run()
        #expect(tally.rows == proposed.preview, "a preview says what goes")
        return tally
    }

    private func units(_ canary: UUID) async throws -> [String] {
        try await pool.query(
            "SELECT DISTINCT unit FROM gleaner.canary_units WHERE canary_id = \(canary) ORDER BY 1"
        ).map { try $0.decode("unit") }
    }

    @Test("of an end user answers, judgements, counts and trainers' words go; another project's stay")
    func endUser() async throws {
        let mine = try await StoredExchanges(pool: pool)
        let other = try await StoredExchanges(pool: pool, project: "other")
        let trained = try await mine.add(conversation: "c0", endUser: "asha")
        let held = try await mine.add(conversation: "c2", endUser: "asha")
        let built = try await Built(mine, train: trained, held: held)
        let theirs = try await Built(
            other, train: other.add(endUser: "asha"), held: other.add(conversation: "c9", endUser: "asha"))
        let rows = try await erase(.endUser("asha"), mine.project).rows
        #expect(rows["evaluation_items"] == 2 && rows["evaluation_judgements"] == 1)
        #expect(rows["canary_units"] == 4 && rows["tuning_events"] == 1 && rows["tuning_jobs"] == 1)
        #expect(try await units(built.canary) == ["conversation:c1", "user:ravi"])
        #expect(try await units(theirs.canary).count == 4)
        let events = try await pool.query(
            "SELECT message, data IS NULL AS bare FROM gleaner.tuning_events WHERE job_id = \(built.job) ORDER BY event_id"
        ).map { (try $0.decode("message", as: String.self), try $0.decode("bare", as: Bool.self)) }
        #expect(events.map(\.0) == ["erased", "The trainer has the job."] && events[0].1)
        let left: [String] = try await pool.query(
            """
            SELECT j.id::text AS id FROM gleaner.tuning_jobs j LEFT JOIN gleaner.tuning_events e ON e.job_id = j.id
            WHERE position('SECRET' IN coalesce(j.error::text, '') || coalesce(e.message, '') || coalesce(e.data::text, '')) > 0
            """
        ).map { try $0.decode("id") }
        #expect(Set(left.map { $0.uppercased() }) == [theirs.job.uuidString])
        let failure = try await pool.query("SELECT error FROM gleaner.tuning_jobs WHERE id = \(built.job)")[0]
            .decode("error", as: JSONB.self).bytes
        let document = try JSONValue(parsing: failure)
        #expect(document["code"] == "x" && document["why"] == "w" && document["message"] == "erased")
    }

    @Test("of a conversation and of an exchange what canaries counted of them alone goes")
    func smallerSubjects() async throws {
        let mine = try await StoredExchanges(pool: pool)
        let kept = try await mine.add(conversation: "c1", endUser: "asha")
        let held = try await mine.add()
        let built = try await Built(mine, train: kept, held: held)
        #expect(try await erase(.exchange(held), mine.project).rows["canary_units"] == 2)
        #expect(try await units(built.canary) == ["conversation:c1", "user:asha", "user:ravi"])
        #expect(try await erase(.conversation("c1"), mine.project).rows["canary_units"] == 2)
        #expect(try await units(built.canary) == ["user:asha", "user:ravi"])
    }

    @Test(
        "of a fine-tune's directory the files with lines go, whole or half, and what its program printed; weights stay")
    func tuningDirectory() throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("room-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: data) }
        let job = UUID()
        let room = TuningRoom(url: data)
        #expect(room.jobs == [])
        let gone = [
            "README.md", "manifest.json", "run-1/events.jsonl", "run-2/log.txt", "train.jsonl", "train.jsonl.a-b.tmp",
        ]
        for name in gone + ["adapter.safetensors", "request.json", "cancel", "run-1/exit", "run-1/pid", "other.tmp"] {
            let file = data.appendingPathComponent(job.uuidString.lowercased()).appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: file)
        }
        try Data("x".utf8).write(to: data.appendingPathComponent("place"))
        #expect(room.jobs == [job])
        let prefix = data.appendingPathComponent(job.uuidString.lowercased()).path + "/"
        #expect(room.files(of: job).map { String($0.path.dropFirst(prefix.count)) }.sorted() == gone.sorted())
    }
}
