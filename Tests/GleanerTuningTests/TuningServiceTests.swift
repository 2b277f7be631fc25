import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import Logging
import Testing

@testable import GleanerTuning

@Suite("Tuning service", .database)
struct TuningServiceTests {
    private func request(_ dataset: String = "chai", epochs: Int? = nil) -> TuningRequest {
        TuningRequest(dataset: dataset, baseModel: "demo-hinglish-1", hyperparameters: Hyperparameters(epochs: epochs))
    }

    @Test("an estimate counts tokens and money, and changes nothing")
    func estimate() async throws {
        try await TuningWorld.with { world in
            try await world.dataset(rows: 20)
            let unpriced = try await world.service.estimate(request(), in: world.project)
            #expect(unpriced.tokens == 1000 && unpriced.epochs == 3 && unpriced.billedTokens == 3000)
            #expect(unpriced.usd == nil && !unpriced.epochsAreGiven)
            #expect(unpriced.warnings.contains { $0.contains("50 to 100") })
            try await world.service.set(TuningPrice(provider: "default", baseModel: "demo-hinglish-1", usd: 8))
            let priced = try await world.service.estimate(request(epochs: 5), in: world.project)
            #expect(priced.billedTokens == 5000 && priced.usd == 0.04 && priced.epochsAreGiven)
            #expect(try await world.service.jobs(in: world.project).isEmpty)
        }
    }

    @Test("a confirmation is good for what was estimated, and for nothing else")
    func confirmation() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            try await world.dataset("other")
            let service = world.service
            let confirm = try await service.estimate(request(), in: world.project).confirm
            for (changed, token) in [
                (request(epochs: 9), confirm), (request("other"), confirm), (request(), ""), (request(), "nonsense"),
                (request(), String(confirm.dropLast()) + (confirm.hasSuffix("0") ? "1" : "0")),
            ] {
                await #expect(throws: TuningError.confirmationStale) {
                    try await service.start(changed, confirm: token, by: "asha", in: world.project)
                }
            }
            // Another price is another estimate.
            try await service.set(TuningPrice(provider: "demo", baseModel: "demo-hinglish-1", usd: 100))
            await #expect(throws: TuningError.confirmationStale) {
                try await service.start(request(), confirm: confirm, by: "asha", in: world.project)
            }
            let fresh = try await service.estimate(request(), in: world.project).confirm
            let first = try await service.start(request(), confirm: fresh, by: "asha", in: world.project)
            let second = try await service.start(request(), confirm: fresh, by: "asha", in: world.project)
            #expect(first.id == second.id)
            #expect(try await service.jobs(in: world.project).count == 1)
            #expect(first.confirmedBy == "asha" && first.estimatedUSD == 0.18)
        }
    }

    @Test("what may not be trained on is refused before money is spoken of")
    func refused() async throws {
        try await TuningWorld.with { world in
            try await world.dataset("gone", withdrawn: "It held an erased conversation.")
            try await world.dataset("young", approvals: 2)
            try await world.dataset("thumbs", kind: "unpaired")
            try await world.dataset("empty", rows: 0)
            for name in ["gone", "young", "thumbs", "empty"] {
                await #expect(throws: TuningError.self, "\(name)") {
                    try await world.service.estimate(request(name), in: world.project)
                }
            }
            let version = try await world.dataset("approved", approvals: 1)
            try await world.pool.query(
                "INSERT INTO gleaner.dataset_approvals VALUES (\(version), 'ravi', '', now())")
            _ = try await world.service.estimate(request("approved"), in: world.project)
            var unknown = request("approved")
            unknown.provider = "nobody"
            await #expect(throws: TuningError.providerUnknown("nobody")) {
                try await world.service.estimate(unknown, in: world.project)
            }
            var program = request("approved")
            program.driver = .command
            await #expect(throws: TuningError.noCommand) {
                try await world.service.estimate(program, in: world.project)
            }
        }
    }

    @Test("a version that is withdrawn while its files go up is not trained on")
    func withdrawnMeanwhile() async throws {
        try await TuningWorld.with { world in
            let version = try await world.dataset()
            let job = try await world.start()
            try await world.pool.query(
                """
                UPDATE gleaner.dataset_versions SET withdrawn_at = now(), withdrawn_reason = 'erased' WHERE id = \(version)
                """)
            try await world.run(job)
            #expect(try await world.job(job).error?.code == "set_withdrawn")
            #expect(world.tuning.counts.jobs == 0)
        }
    }

    @Test("a model that learned from a fine-tune's own answers is one generation deeper; corrections do not count")
    func generations() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            try await world.dataset("first")
            let first = try await world.start("first")
            try await world.run(first)
            let model = try #require(try await world.job(first).fineTunedModel)
            try await world.dataset("second", servedModel: model)
            try await world.dataset("corrected", servedModel: model, source: "review_correction")
            for name in ["second", "corrected"] { try await world.run(try await world.start(name)) }
            let models = try await world.service.models(in: world.project)
            let generations = try await world.service.jobs(in: world.project).map { job in
                (job.dataset, models.first { $0.tuningJob == job.id }?.generation)
            }
            #expect(generations.first { $0.0 == "second" }?.1 == 2)
            #expect(generations.first { $0.0 == "corrected" }?.1 == 1)
        }
    }

    @Test("a checkpoint is as deep as its job's model; what is tuned from a tuned model, or chosen, counts")
    func depths() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            try await world.dataset("first")
            let first = try await world.start("first")
            try await world.run(first)
            let detail = try await world.service.detail(first.id, in: world.project)
            let model = try #require(detail.job.fineTunedModel)
            let checkpoint = try #require(detail.checkpoints.map(\.model).first { $0 != model })
            try await world.dataset("checkpoint", servedModel: checkpoint)
            try await world.dataset("elsewhere", servedModel: "ft:gpt-x:acme::1")
            try await world.dataset("chosen", servedModel: model, source: "preferred")
            try await world.dataset("plain")
            for name in ["checkpoint", "elsewhere", "chosen"] { try await world.run(try await world.start(name)) }
            try await world.run(try await world.start("plain", model: model))
            let models = try await world.service.models(in: world.project)
            let jobs = try await world.service.jobs(in: world.project)
            let depths = Dictionary(
                uniqueKeysWithValues: jobs.map { job in
                    (job.dataset, models.first { $0.tuningJob == job.id }?.generation)
                })
            #expect(depths == ["first": 1, "checkpoint": 2, "elsewhere": 2, "chosen": 2, "plain": 2])
        }
    }

    @Test("files that may not be handed over end the job with the reason, and are not tried again")
    func refusedFiles() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            let job = try await world.start()
            var files = StoredTrainingFiles(pool: world.pool)
            files.trouble = [
                "chai": TuningFailure(code: "export_holds_holdout", message: "Line 3 stands in the holdout.")
            ]
            let service = TuningService(
                pool: world.pool, files: files, providers: OneProvider(baseURL: world.baseURL), hasCommand: false)
            await #expect(throws: TuningFailure.self, "nor is it offered once more") {
                try await service.estimate(request(), in: world.project)
            }
            try await world.run(job, files: files)
            let ended = try await world.job(job)
            #expect(ended.state == .failed)
            #expect(ended.error?.code == "export_holds_holdout")
            #expect(ended.error?.fix.contains("Build another version") == true)
            #expect(world.tuning.counts.files == 0 && world.tuning.counts.jobs == 0)
            #expect(try await JobQueue(pool: world.pool).list(of: world.project, limit: 10).map(\.state) == [.done])
        }
    }

    @Test("files at the trainer are deleted once the job has ended, and deleting them again is no fault")
    func deleting() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            let version = try await world.dataset()
            let job = try await world.start()
            let keeper = TuningFileKeeper(
                pool: world.pool,
                drivers: TuningDrivers(
                    client: world.client, providers: OneProvider(baseURL: world.baseURL),
                    configuration: world.configuration))
            await #expect(throws: TuningError.jobRuns(job.id)) {
                try await keeper.deleteFiles(of: job.id, in: world.project)
            }
            #expect(try await keeper.deleteFiles(from: version, in: world.project).running == [job.id])
            try await world.run(job)
            #expect(try await keeper.deleteFiles(from: version, in: world.project).deleted.count == 2)
            #expect(world.tuning.counts.deletes == 2)
            _ = try await keeper.deleteFiles(of: job.id, in: world.project)
            #expect(world.tuning.counts.deletes == 2)
            #expect(try await world.job(job).filesDeletedAt != nil)
        }
    }

    @Test("whatever a trainer says can be kept, U+0000 among it, and a result never without its lease")
    func hostileWords() async throws {
        try await TuningWorld.with { world in
            try await world.dataset()
            let job = try await world.start()
            let queue = JobQueue(pool: world.pool)
            let store = TuningStore(pool: world.pool)
            let lease = try #require(try await queue.claim(.tune, limit: 1, lease: .seconds(60)).first)
            let running = RunningJob(lease: lease, queue: queue, leaseDuration: .seconds(60))
            var news = TuningNews()
            news.events = [
                TuningEvent(
                    id: "e\0", at: Date(), level: "\0", type: "\0", message: "a\0b",
                    data: ["k\0": ["v\0", ["x": "\0"]], "n": 1e300])
            ]
            try await store.note(RemoteJob(id: "j", rawStatus: "run\0ning"), news, for: job.id, holding: running)
            let detail = try await world.service.detail(job.id, in: world.project)
            #expect(detail.job.providerStatus == "running")
            #expect(detail.events.map(\.message) == ["ab"])
            #expect(detail.events.first?.data?["k"] == ["v", ["x": ""]])
            // Another holder: nothing more is written by this one.
            try await queue.release(lease)
            _ = try await queue.claim(.tune, limit: 1, lease: .seconds(60))
            await #expect(throws: JobError.leaseLost) {
                try await store.end(.succeeded(model: "m"), job, nil, results: [], holding: running)
            }
            #expect(try await world.service.models(in: world.project).isEmpty)
            #expect(try await world.job(job).state == .training)
        }
    }

    @Test("the radar keeps the days on which models end, and tuned models end with their base model")
    func radar() async throws {
        try await TuningWorld.with(pace: .init(.milliseconds(5))) { world in
            try await world.dataset()
            try await world.run(try await world.start())
            try await ScriptedProvider.withProvider(scripts: [EndingModels()]) { provider in
                let drivers = TuningDrivers(
                    client: world.client, providers: OneProvider(baseURL: try await provider.baseURL),
                    configuration: world.configuration)
                await RetirementRadar(pool: world.pool, drivers: drivers, logger: Logger(label: "test")).look()
            }
            let retirements = try await world.service.retirements(in: world.project)
            #expect(retirements.map(\.shutdown) == ["2027-01-14"])
            #expect(retirements.first?.baseModel == "demo-hinglish-1")
            let estimate = try await world.service.estimate(request(), in: world.project)
            #expect(estimate.warnings.contains { $0.contains("shut down on 2027-01-14") })
            try await nameEverywhere("demo-hinglish-1", in: world)
            let named = try await world.service.retirements(in: world.project)
            #expect(named.count == 2)
            let base = try #require(named.first { $0.model == "demo-hinglish-1" })
            #expect(
                base.uses == [
                    "base model of loop weekly", "embeddings relevance", "judge of loop weekly", "judge tone",
                    "route chat",
                    "teacher of chai",
                ])
            #expect(base.warning.hasPrefix("demo-hinglish-1 (base model of loop weekly, "))
            #expect(named.first { $0.model != "demo-hinglish-1" }?.uses == [])
            // A date that the provider takes back is gone.
            try await ScriptedProvider.withProvider(scripts: [DemoScript()]) { provider in
                let drivers = TuningDrivers(
                    client: world.client, providers: OneProvider(baseURL: try await provider.baseURL),
                    configuration: world.configuration)
                await RetirementRadar(pool: world.pool, drivers: drivers, logger: Logger(label: "test")).look()
            }
            #expect(try await world.service.retirements(in: world.project).isEmpty)
        }
    }
}

/// Has a route, evaluators, a loop and a draft ask for a model; what is switched off does not count.
private func nameEverywhere(_ model: String, in world: TuningWorld) async throws {
    let (pool, project, loop) = (world.pool, world.project.uuid, UUID())
    func document(_ text: String) -> JSONB { JSONB(text.replacing("MODEL", with: model)) }
    let routes = document(
        """
        {"routes":[{"name":"chat","variants":[{"name":"a","provider":"default","model":"MODEL"}]},
                   {"name":"off","variants":[{"name":"a","model":"MODEL","enabled":false}]}]}
        """)
    try await pool.query("INSERT INTO gleaner.route_versions VALUES (\(project), 1, \(routes), 'asha', '', now())")
    let evaluators = document(
        """
        {"evaluators":[{"kind":"judge","name":"tone","judge":{"provider":"demo","model":"MODEL"}},
                       {"kind":"judge","name":"off","paused":true,"judge":{"model":"MODEL"}},
                       {"kind":"relevance","name":"relevance","embeddings":{"provider":"default","model":"MODEL"}}]}
        """)
    try await pool.query(
        "INSERT INTO gleaner.evaluator_policies VALUES (\(project), 1, \(evaluators), 'asha', '', now())")
    try await pool.query(
        """
        INSERT INTO gleaner.loops (id, project_id, name, version, created_at)
        VALUES (\(loop), \(project), 'weekly', 1, now())
        """)
    let steps = document(
        #"{"steps":{"tune":{"base_model":"MODEL"},"gate":{"policy":{"judge":{"provider":"default","model":"MODEL"}}}}}"#
    )
    let draft = document(#"{"teacher":"MODEL","provider":"default"}"#)
    try await pool.query("INSERT INTO gleaner.loop_versions VALUES (\(loop), 1, \(steps), 'asha', '', now())")
    try await pool.query(
        """
        INSERT INTO gleaner.drafts (id, project_id, dataset, settings, settings_sha256, created_at)
        VALUES (\(UUID()), \(project), 'chai', \(draft), ''::bytea, now())
        """)
}

/// A list of models that say when they end, some of them badly.
private struct EndingModels: ProviderScript {
    let models = [
        ProviderModel(id: "demo-hinglish-1", ownedBy: "x", shutdownDate: "2027-01-14"),
        ProviderModel(id: "other", ownedBy: "x", shutdownDate: "2027-02-30"),
        ProviderModel(id: "lasting", ownedBy: "x"),
    ]
    func answer(_ request: ChatRequest) -> ProviderAnswer? { nil }
}
