import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerAlerts

@Suite("Alerts", .database)
struct AlertKeeperTests {
    @Test("an alert opens once, with its figures, and with those who are to be told in the same transaction")
    func opens() async throws {
        let world = try await AlertWorld()
        try await world.put(AlertWorld.errors)
        try await world.count(world.hours(2, 0))
        await world.look()
        #expect(try await world.alerts().isEmpty)
        let standing = try #require(try await world.service.rule("errors", of: world.project).standings.first)
        #expect(standing.verdict == .within && standing.value == 0 && standing.low == 0 && standing.count >= 300)

        try await world.count(world.hours(1, 0.4, until: AlertWorld.now), variant: "b")
        await world.look()
        await world.look()
        let alert = try #require(try await world.alerts().first)
        #expect(try await world.alerts().count == 1)
        #expect(alert.low > 0.05 && alert.low < alert.value && alert.value < alert.high && alert.isOpen)
        #expect(alert.line == 0.05 && alert.count >= 100 && alert.document.advice == "Look at the provider.")
        let whole = try await world.service.alert(alert.id, of: world.project)
        #expect(whole.events.map(\.kind) == [.open, .notify])
        #expect(whole.deliveries.map(\.channel) == ["ops"] && whole.deliveries[0].sentAt == nil)
        let job = try await world.pool.query(
            "SELECT payload ->> 'delivery' AS delivery FROM gleaner.jobs WHERE project_id = \(world.project.uuid)")
        #expect(try job.map { try $0.decode("delivery", as: String.self) } == [whole.deliveries[0].id.description])
        // Of another project nothing is seen.
        await #expect(throws: AlertError.alertUnknown(alert.id.description)) {
            try await world.service.alert(alert.id, of: .new())
        }

        // Two hours on, all is well: it ends, and those who were told are told.
        let later = AlertWorld.now.addingTimeInterval(2 * 3600)
        try await world.count(world.hours(2, 0, count: 100, until: later), variant: "c")
        await world.look(at: later)
        await world.look(at: later)
        let over = try await world.service.alert(alert.id, of: world.project)
        #expect(over.alert.resolution == .within && over.events.last?.kind == .resolve)
        #expect(over.deliveries.map(\.kind) == [.firing, .resolved])
        #expect(try await world.alerts().count == 1)
    }

    @Test("each value of a slice has its own alert, and copies and imports are no traffic")
    func slices() async throws {
        let world = try await AlertWorld()
        try await world.put(["measure": "error_share", "line": 0.05, "window": "1h", "by": "variant"])
        try await world.put(
            ["measure": "error_share", "line": 0.05, "window": "1h", "where": ["source": "shadow"]], as: "shadows")
        try await world.count(world.hours(1, 0.4), variant: "a")
        try await world.count(world.hours(1, 0), variant: "b")
        try await world.count(world.hours(1, 0.5), variant: "c")
        try await world.count(world.hours(1, 0.9), variant: "d", source: "shadow")
        await world.look()
        let alerts = try await world.alerts().filter { $0.rule == "errors" }
        #expect(Set(alerts.map(\.slice)) == ["a", "c"])
        #expect(try await world.alerts().map(\.rule).sorted() == ["errors", "errors", "shadows"])
        let standings = try await world.service.rule("errors", of: world.project).standings
        #expect(standings.map(\.slice).sorted() == ["a", "b", "c"])
        let path = try #require(AlertEvidence.exchanges(of: alerts[0]))
        #expect(path.hasPrefix("/exchanges?since=2") && path.contains("&variant=\(alerts[0].slice)"))
        // Without channels there is nobody to tell, and it stands all the same.
        #expect(alerts.allSatisfy { $0.notifiedAt != nil })
        #expect(try await world.count("alert_deliveries") == 0)
    }

    @Test("a silence keeps an alert from being told, and what is still wrong at its end is told then")
    func silence() async throws {
        let world = try await AlertWorld()
        try await world.put(AlertWorld.errors)
        try await world.count(world.hours(1, 0.4))
        let silence = try await world.service.silence(
            "errors", slice: nil, until: Date(timeIntervalSinceNow: 3600), in: world.project, by: "asha", why: "known")
        await world.look()
        await world.look()
        let alert = try #require(try await world.alerts().first)
        #expect(alert.notifiedAt == nil)
        #expect(try await world.service.alert(alert.id, of: world.project).events.map(\.kind) == [.open, .hold])
        try await world.service.end(silence.id, in: world.project, by: "asha")
        await world.look()
        let told = try await world.service.alert(alert.id, of: world.project)
        #expect(told.events.map(\.kind) == [.open, .hold, .notify] && told.deliveries.count == 1)
        #expect(try await world.service.silences(of: world.project).isEmpty)
        await #expect(throws: AlertError.silenceUnknown(silence.id.description)) {
            try await world.service.end(silence.id, in: world.project, by: "asha")
        }
        await #expect(throws: AlertError.untilInvalid) {
            try await world.service.silence(
                nil, slice: nil, until: Date(timeIntervalSinceNow: -1), in: world.project, by: "asha", why: "")
        }
    }

    @Test("a person's word: who looks after it stays, and what somebody ended does not open for the same data")
    func people() async throws {
        let world = try await AlertWorld()
        try await world.put(AlertWorld.errors)
        try await world.count(world.hours(1, 0.4))
        await world.look()
        let id = try #require(try await world.alerts().first).id
        _ = try await world.service.acknowledge(id, in: world.project, by: "asha", why: "on it")
        let both = try await world.service.acknowledge(id, in: world.project, by: "ravi", why: "me too")
        #expect(both.alert.acknowledgedBy == "asha" && both.events.count == 3)
        let over = try await world.service.resolve(id, in: world.project, by: "asha", why: "restarted")
        #expect(over.alert.resolution == .byHand && over.deliveries.map(\.kind) == [.firing, .resolved])
        await #expect(throws: AlertError.alertOver("by_hand")) {
            try await world.service.resolve(id, in: world.project, by: "asha", why: "")
        }
        await world.look()
        #expect(try await world.alerts().count == 1)
        let audited = try await world.pool.query(
            """
            SELECT string_agg(action, ' ' ORDER BY id) AS actions FROM gleaner.audit_events
            WHERE project_id = \(world.project.uuid)
            """)[0].decode("actions", as: String.self)
        #expect(audited == "alert_rule.put alert.acknowledge alert.resolve")
    }

    @Test("rules have versions, an edit of what nobody saw is refused, and a removed rule ends its alerts")
    func rules() async throws {
        let world = try await AlertWorld()
        try await world.put(AlertWorld.errors)
        try await world.put(AlertWorld.errors)
        #expect(try await world.service.rule("errors", of: world.project).rule.version == 1)
        await #expect(throws: AlertError.ruleConflict(expected: 0, found: 1)) {
            try await world.service.put(
                AlertWorld.errors, as: "errors", in: world.project, by: "owner", note: "", expected: 0)
        }
        await #expect(throws: AlertError.channelUnknown("pager", ["ops", "manager"])) {
            try await world.put(["measure": "error_share", "line": 0.1, "channels": ["pager"]])
        }
        try await world.count(world.hours(1, 0.4))
        await world.look()
        // A new version stands by itself, and what is open stays open.
        try await world.put(["measure": "error_share", "line": 0.06, "window": "1h", "channels": ["ops"]])
        await world.look()
        #expect(try await world.alerts().map(\.ruleVersion) == [1])
        try await world.service.remove("errors", in: world.project, by: "owner", why: "no use")
        #expect(try await world.alerts().map(\.resolution) == [.ruleRemoved])
        await #expect(throws: AlertError.ruleUnknown("errors")) {
            try await world.service.rule("errors", of: world.project)
        }
        await world.look()
        #expect(try await world.alerts().count == 1)
        try await world.put(AlertWorld.errors)
        #expect(try await world.service.rule("errors", of: world.project).rule.version == 3)

        let made = try await world.service.putStandard(in: world.project, by: "owner", channels: ["ops"])
        #expect(made.count == AlertRuleDocument.standard.count - 1)
        #expect(try await world.service.putStandard(in: world.project, by: "owner").isEmpty)
    }

    @Test("refusals are those of the slice and of the source that a rule asks for")
    func refusals() async throws {
        let world = try await AlertWorld()
        let at = Date(timeIntervalSinceReferenceDate: 3600 * 240_000)
        try await world.pool.query(
            """
            INSERT INTO gleaner.rollup_evaluators
            SELECT \(world.project.uuid), 60, \(at), r.source, r.route, '', 'p', 'm', 'en', '', r.evaluator, '1', r.measure, '', r.n,
                   r.bad, 0, 1, r.n, r.bad, r.bad, r.n, r.bad, r.bad, '{}', '{}'
            FROM (VALUES ('gateway', 'chat', 'refusal', 'refused', 50, 5), ('gateway', 'help', 'refusal', 'refused', 30, 3),
                         ('shadow', 'chat', 'refusal', 'refused', 20, 9), ('shadow', 'help', 'refusal', 'refused', 11, 1),
                         ('gateway', 'chat', 'length', 'words', 40, 40)) AS r (source, route, evaluator, measure, n, bad)
            """)
        func found(_ filter: [ReportSlice: String]) async throws -> [Double] {
            var document = AlertRuleDocument(.refusalShare, line: 0.5)
            document.filter = filter
            let series = try await FigureReader(pool: world.pool).series(
                document, of: world.project.description, from: at, to: at.addingTimeInterval(3600))
            return [series[""]?.counts.reduce(0, +) ?? 0, series[""]?.sums.reduce(0, +) ?? 0]
        }
        #expect(try await found([:]) == [80, 8])
        #expect(try await found([.route: "chat"]) == [50, 5])
        #expect(try await found([.route: "chat", .source: "shadow"]) == [20, 9])
    }

    @Test("drift of figures is of all that they stand for, as sure as those measured make it, and of one version")
    func figures() async throws {
        let world = try await AlertWorld()
        var document = AlertRuleDocument(.figureDrift, line: 0.1)
        (document.of, document.window, document.against) = ("judge.score", .day, .previous)
        let end = document.window.beginnings(at: AlertWorld.now)[1]
        /// How many had the scores 1 to 5, of exchanges drawn with that probability.
        func judge(
            _ scores: [Int64], hoursAgo: Double, route: String = "chat", drawn p: Double = 0.5, version: String = "1"
        ) async throws {
            let n = scores.reduce(0, +)
            let weights = PostgresArray(scores.map { Int64(Double($0) * 1000 / p) })
            try await world.pool.query(
                """
                INSERT INTO gleaner.rollup_evaluators
                SELECT \(world.project.uuid), 60, \(end.addingTimeInterval(-3600 * hoursAgo)), 'gateway', \(route), '', 'p', 'm',
                       'en', '', 'judge', \(version), 'score', '', \(n), \(n), 1, 5, \(Double(n) / p), 0, 0,
                       \(Double(n) / p / p), 0, 0, '{1000,1008,1012,1016,1018}', \(weights)
                """)
        }
        func look() async throws -> RuleLook {
            let series = try await FigureReader(pool: world.pool).series(
                document, of: world.project.description, from: RuleSight.start(document, at: AlertWorld.now),
                to: AlertWorld.now)
            let all = try #require(series[""])
            return try #require(document.looks(at: all, time: AlertWorld.now).first)
        }
        try await judge([50, 150, 300, 350, 150], hoursAgo: 30)
        try await judge([150, 350, 300, 150, 50], hoursAgo: 30, route: "help", drawn: 1)
        try await judge([120, 180, 180, 90, 30], hoursAgo: 6)
        try await judge([80, 120, 120, 60, 20], hoursAgo: 1)
        // Before, the first route counts twice: up to a score of 2 three tenths, now a half.
        let moved = try await look()
        #expect(moved.count == 1000 && moved.verdict == .beyond)
        #expect(abs(try #require(moved.value) - 0.2) < 1e-9)
        // 2,000 of them, drawn so unequally, are as good as 3000² / 5000.
        let noise = KolmogorovSmirnov.threshold(1000, 1800, alpha: document.alpha(slices: 1))
        #expect(abs(try #require(moved.interval).low - (0.2 - noise)) < 1e-9)
        document.filter = [.route: "chat"]
        #expect(abs(try #require(try await look().value) - 0.3) < 1e-9)
        document.filter = [.route: "help"]
        #expect(try await look().verdict == .notEnoughData)
        // Another judge is no drift.
        document.filter = [:]
        try await judge([600, 0, 0, 0, 0], hoursAgo: 0.5, version: "2")
        let other = try await look()
        #expect(other.count == 600 && other.verdict == .notEnoughData)
    }

    @Test("the mean of a figure is of all that it stands for, of its newest version, and of flags a share")
    func figureMeans() async throws {
        let world = try await AlertWorld()
        let at = AlertWorld.now.addingTimeInterval(-6 * 3600)
        func measure(
            _ n: Int64, _ mean: Double, squares: Double, drawn p: Double, measure: String = "score",
            route: String = "chat",
            version: String = "2", range: (Double, Double) = (1, 5)
        ) async throws {
            let count = Double(n)
            try await world.pool.query(
                """
                INSERT INTO gleaner.rollup_evaluators
                SELECT \(world.project.uuid), 60, \(at.addingTimeInterval(version == "1" ? -3600 : 0)), 'gateway', \(route), '', 'p', 'm', 'en', '', 'judge',
                       \(version), \(measure), '', \(n), \(n), \(range.0)::float8::numeric, \(range.1)::float8::numeric,
                       \(count / p)::float8::numeric, \(count * mean / p)::float8::numeric, \(count * squares / p)::float8::numeric,
                       \(count / p / p)::float8::numeric, 0, 0, '{}', '{}'
                """)
        }
        // Of half of one route's exchanges, and of all of the other's.
        try await measure(100, 2, squares: 5, drawn: 0.5)
        try await measure(100, 4, squares: 17, drawn: 1, route: "help")
        try await measure(400, 1, squares: 1, drawn: 1, version: "1")
        try await measure(200, 0.9, squares: 0.9, drawn: 1, measure: "valid", range: (0, 1))
        func look(_ figure: String, _ line: Double) async throws -> (look: RuleLook, values: ClosedRange<Double>?) {
            var document = AlertRuleDocument(.figureMean, line: line)
            (document.of, document.window, document.direction) = (figure, .day, .below)
            let series = try await FigureReader(pool: world.pool).series(
                document, of: world.project.description, from: RuleSight.start(document, at: AlertWorld.now),
                to: AlertWorld.now)
            let all = try #require(series[""])
            return (try #require(document.looks(at: all, time: AlertWorld.now).first), all.values)
        }
        let score = try await look("judge.score", 3.5)
        // (200·2 + 100·4) / 300, as sure as 300² / (400 + 100) make it.
        #expect(abs(try #require(score.look.value) - 8 / 3.0) < 1e-9 && abs(score.look.count - 180) < 1e-9)
        let interval = try #require(score.look.interval)
        #expect(interval.low < 2.6 && interval.high > 2.7 && interval.high < 3.5)
        #expect(score.look.verdict == .beyond && score.values == 1...5)
        let valid = try await look("judge.valid", 0.5)
        #expect(abs(try #require(valid.look.value) - 0.9) < 1e-9 && valid.values == 0...1)
        #expect(valid.look.verdict == .within)
    }

    @Test("reviewers' scores are weighed up to all that were drawn, cell by cell")
    func quality() async throws {
        let world = try await AlertWorld()
        let at = AlertWorld.now.addingTimeInterval(-6 * 3600)
        /// So many drawn with probability 0.1, and so many of them judged to have this score.
        func review(_ rule: String, drawn: Int64, judged: Int64, _ score: Double) async throws {
            for (measure, n, y) in [("", drawn, 0), ("accuracy", judged, score)] {
                let w = Double(n) * 10
                try await world.pool.query(
                    """
                    INSERT INTO gleaner.rollup_reviews
                    SELECT \(world.project.uuid), 60, \(at), 'gateway', 'chat', '', 'p', 'm', 'en', '', \(rule), false, \(measure),
                           \(n), \(n), \(y)::float8::numeric, \(y)::float8::numeric, \(w)::float8::numeric,
                           \(w * y)::float8::numeric, \(w * y * y)::float8::numeric, \(w * 10)::float8::numeric, 0, 0
                    """)
            }
        }
        try await review("floor", drawn: 300, judged: 100, 4)
        try await review("risky", drawn: 100, judged: 100, 2)
        var document = AlertRuleDocument(.qualityMean, line: 3.9)
        (document.of, document.window) = ("accuracy", .week)
        let series = try await FigureReader(pool: world.pool).series(
            document, of: world.project.description, from: RuleSight.start(document, at: AlertWorld.now),
            to: AlertWorld.now)
        let all = try #require(series[""])
        let look = try #require(document.looks(at: all, time: AlertWorld.now).first)
        // Three quarters of those drawn are the floor's, however few of them were judged.
        #expect(abs(try #require(look.value) - 3.5) < 1e-9)
        #expect(look.count > 100 && look.count < 200 && look.verdict == .beyond)
    }

    @Test("rollups that are behind are no silence, and every measure can be read")
    func reading() async throws {
        let world = try await AlertWorld()
        let gauges = AlertMeasure.allCases.filter(\.isGauge)
        for measure in AlertMeasure.allCases {
            var document: [String: JSONValue] = [
                "measure": .string(measure.rawValue), "line": 0.5, "window": "1d", "minimum": 1,
            ]
            if measure == .languageShare { document["of"] = "hi-en" }
            if [.figureMean, .figureShare, .figureDrift].contains(measure) { document["of"] = "length.words" }
            if [.figureMean, .figureShare].contains(measure) { document["direction"] = "below" }
            if measure == .qualityMean { document["of"] = "accuracy" }
            if measure == .moderationDrift { document["of"] = "rules.prompt" }
            if measure.isDrift { document["against"] = "previous" }
            if !measure.isGauge, measure != .topicDrift { document["by"] = "route" }
            try await world.put(.object(document), as: measure.rawValue.replacing("_", with: "-"))
        }
        let rows = world.hours(60, 0.1).filter { Int($0.at.timeIntervalSinceReferenceDate) % 3600 == 0 }
        try await world.rate(rows, variant: "a")
        await world.look()
        for (rule, standings) in try await world.service.rules(of: world.project) {
            #expect(rule.trouble == nil && rule.lookedAt != nil, "\(rule.name): \(rule.trouble ?? "")")
            guard !gauges.contains(rule.document.measure), rule.document.measure.source == .exchanges,
                // Nothing was streamed.
                rule.document.measure.histogram != "ttft"
            else { continue }
            #expect(standings.first?.slice == "chat", "\(rule.name)")
        }
        // Counted until before it became silent: nothing is known of now.
        try await world.put(
            ["measure": "exchanges_per_hour", "line": 0.5, "window": "1h", "against": "last_week"], as: "traffic")
        try await world.pool.query(
            "UPDATE gleaner.rollup_passes SET ended_at = \(AlertWorld.now.addingTimeInterval(-86_400)) WHERE name = 'exchanges'"
        )
        await world.look()
        #expect(try await world.alerts().allSatisfy { $0.rule != "traffic" })
    }

    @Test("days of quiet traffic in the database raise nothing, and a dry run says when a rule would have spoken")
    func quietDays() async throws {
        let world = try await AlertWorld()
        var traffic = SimulatedTraffic(seed: 21, start: QuietTests.start, days: 10)
        let bad = QuietTests.start.addingTimeInterval(8.5 * 86_400)
        let quiet = traffic.shares(step: 3600, ofThem: 0.3) { _ in 0.15 }
        let worse = traffic.shares(step: 3600, ofThem: 0.3) { $0 < bad ? 0.15 : 0.3 }
        try await world.rate(quiet, variant: "fine")
        try await world.rate(worse, variant: "worse")
        let document: JSONValue = [
            "measure": "thumbs_down_share", "line": 0.2, "by": "variant", "window": "1d",
        ]
        try await world.put(document, as: "thumbs")
        for look in 1...16 { await world.look(at: bad.addingTimeInterval(Double(look - 16) * 21_600)) }
        #expect(try await world.alerts().isEmpty)
        let end = bad.addingTimeInterval(86_400)
        let replay = try await world.service.replay(
            AlertRuleDocument(document), of: world.project, days: 5, now: end)
        #expect(replay.found.map(\.slice) == ["worse"])
        let found = try #require(replay.found.first)
        #expect(found.openedAt > bad && found.resolvedAt == nil && found.low > 0.2)
        await world.look(at: found.openedAt)
        #expect(try await world.alerts().map(\.slice) == ["worse"])
        await #expect(throws: AlertError.self) {
            try await world.service.replay(
                AlertRuleDocument(.deadJobs, line: 0), of: world.project, days: 5, now: end)
        }
    }
}
