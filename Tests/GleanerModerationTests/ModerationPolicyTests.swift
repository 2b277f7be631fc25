import GleanerCore
import Testing

@testable import GleanerModeration

@Suite("Moderation policies")
struct ModerationPolicyTests {
    private func policy(_ text: String) throws -> ModerationPolicy { try ModerationPolicy(parsing: text.utf8) }

    @Test("an empty object is the built-in policy, and what is shown reads as the same policy")
    func standard() throws {
        #expect(try policy("{}") == ModerationPolicy())
        for example in ExamplePolicy.allCases {
            let policy = try ExamplePolicy.named(example.rawValue)
            #expect(try ModerationPolicy(policy.document) == policy)
        }
        #expect(try ModerationPolicy(ModerationPolicy().document) == ModerationPolicy())
    }

    @Test(
        "a mistake is named by its place",
        arguments: [
            ("[]", "policy"), ("{", ""), (#"{"mod": 1}"#, "mod"), (#"{"mode": "before"}"#, "mode"),
            (#"{"classifiers": []}"#, "classifiers"), (#"{"classifiers": [{}]}"#, "classifiers[0].kind"),
            (#"{"classifiers": [{"kind": "guard"}]}"#, "classifiers[0].model"),
            (#"{"classifiers": [{"kind": "rules", "model": "x"}]}"#, "classifiers[0].model"),
            (#"{"classifiers": [{"kind": "rules"}, {"kind": "rules"}]}"#, "classifiers[1].name"),
            (#"{"classifiers": [{"kind": "rules", "name": "A b"}]}"#, "classifiers[0].name"),
            (#"{"classifiers": [{"kind": "rules", "languages": ["fr"]}]}"#, "classifiers[0].languages"),
            (#"{"classifiers": [{"kind": "moderations", "timeout_ms": 1}]}"#, "classifiers[0].timeout_ms"),
            (#"{"categories": {"hate": {"threshold": 2}}}"#, #"categories["hate"].threshold"#),
            (#"{"categories": {"hate": {"action": "unknown"}}}"#, #"categories["hate"].action"#),
            (#"{"categories": {"hate": {"treshold": 1}}}"#, #"categories["hate"].treshold"#),
            (#"{"blocking": {}}"#, "blocking"),
            (#"{"mode": "blocking", "blocking": {"targets": ["comment"]}}"#, "blocking.targets"),
            (#"{"mode": "blocking", "blocking": {"refusal": ""}}"#, "blocking.refusal"),
            (#"{"mode": "blocking", "blocking": {"on_error": "maybe"}}"#, "blocking.on_error"),
            (#"{"mode": "blocking", "classifiers": [{"kind": "rules", "targets": ["response"]}]}"#, "blocking.targets"),
            (#"{"personal_data": "hide"}"#, "personal_data"), (#"{"pii_kinds": []}"#, "pii_kinds"),
            (#"{"sample_unflagged": 0.1}"#, "sample_unflagged"),
        ])
    func mistakes(_ text: String, _ place: String) throws {
        let error = #expect(throws: ModerationPolicyError.self) { try policy(text) }
        #expect(try #require(error).explanation.what.contains(place))
    }

    @Test("a category's rule is its own, its parent's, or the rest's")
    func inheritance() throws {
        let policy = try policy(
            #"{"categories": {"hate": {"threshold": 0.3}, "pii/phone": {"action": "redact"}, "*": {"threshold": 0.9}}}"#
        )
        #expect(policy.rule(for: "hate/threatening")?.threshold == 0.3)
        #expect(policy.rule(for: "violence")?.threshold == 0.9)
        #expect(policy.rule(for: "pii/phone")?.action == .redact)
        #expect(policy.rule(for: "pii/email")?.action == .flag)
    }

    // MARK: Decisions

    private func scored(_ scores: [String: Double]) -> Classification {
        Classification(model: "m", latency: .zero, scores: scores)
    }

    @Test("the severest action of what reached its threshold counts, and names what decided")
    func severest() throws {
        let policy = try policy(
            #"{"categories": {"hate": {"threshold": 0.5, "action": "block"}, "violence": {"threshold": 0.5}}}"#)
        let verdict = policy.decide(.prompt, ["rules": scored(["violence": 0.99, "hate": 0.5, "sexual": 0.69])])
        #expect(verdict.action == .block)
        #expect(verdict.categories == ["hate", "violence"])
        #expect(verdict.reason == "hate 0.5 rules")
        #expect(policy.decide(.prompt, ["rules": scored(["hate": 0.49])]).action == .allow)
    }

    @Test("a classifier that failed, or was not asked, is unknown and never clean")
    func unknown() throws {
        let policy = try policy(#"{"classifiers": [{"kind": "rules"}, {"kind": "moderations"}]}"#)
        let failed = Classification.failed(.rateLimited, after: .zero)
        #expect(policy.decide(.prompt, [:]).action == .unknown)
        let half = policy.decide(.prompt, ["rules": scored([:]), "moderations": failed])
        #expect(half.action == .unknown)
        #expect(half.reason == "moderations rate_limited")
        #expect(policy.decide(.prompt, ["rules": scored(["hate": 1]), "moderations": failed]).action == .flag)
        #expect(policy.decide(.prompt, ["rules": scored([:]), "moderations": scored([:])]).action == .allow)
    }

    @Test("a category that the policy names and nobody judged is unknown")
    func missing() throws {
        let named = try policy(
            #"{"classifiers": [{"kind": "moderations"}], "categories": {"illicit": {"threshold": 0.2}}}"#)
        var result = scored(["hate": 0.1])
        result.missing = ["illicit"]
        #expect(named.decide(.prompt, ["moderations": result]).action == .unknown)
        let plain = try policy(#"{"classifiers": [{"kind": "moderations"}]}"#)
        #expect(plain.decide(.prompt, ["moderations": result]).action == .allow)
    }

    @Test("a side that a rule or a classifier is not for does not count")
    func sides() throws {
        let policy = try policy(
            #"{"categories": {"hate": {"threshold": 0.2, "action": "block", "targets": ["response"]}}}"#)
        #expect(policy.decide(.prompt, ["rules": scored(["hate": 1])]).action == .allow)
        #expect(policy.decide(.response, ["rules": scored(["hate": 1])]).action == .block)
    }
}

@Suite("Answers of classifiers")
struct ClassifierAnswerTests {
    // MARK: Guard models

    @Test("Llama Guard's and Qwen3Guard's words are read")
    func verdicts() {
        #expect(GuardDialect.auto.read("safe")?.severity == .safe)
        #expect(GuardDialect.auto.read("\n\nunsafe\nS1,S10\n") == .init(severity: .unsafe, categories: ["S1", "S10"]))
        #expect(GuardDialect.auto.read("unsafe")?.scores == ["unsafe": 1])
        let qwen = GuardDialect.auto.read("Safety: Unsafe\nCategories: Violent, PII\nRefusal: No")
        #expect(qwen == .init(severity: .unsafe, categories: ["Violent", "PII"]))
        #expect(GuardDialect.auto.read("Safety: Safe\nCategories: None") == .init(severity: .safe, categories: []))
        #expect(
            GuardDialect.auto.read("safety: controversial\ncategories: Politically Sensitive Topics")?.scores
                == ["unsafe": 0.5, "Politically Sensitive Topics": 0.5])
    }

    @Test(
        "other words are no verdict",
        arguments: [
            "", "I think this is safe.", "safe and sound", "unsafe\nviolence", "unsafe\nS1\nS2", "safe\nunsafe",
            "Safety: Maybe", "Categories: None", "Safety: Safe\nSafety: Unsafe", "Safe: Safety", "<html>safe</html>",
        ])
    func nonsense(_ text: String) { #expect(GuardDialect.auto.read(text) == nil) }

    // MARK: /v1/moderations

    private func read(_ text: String) throws -> Classification {
        ProviderModeration.read(try JSONValue(parsing: text.utf8), model: "omni", latency: .zero)
    }

    @Test("scores and flags are kept under the names they came with")
    func scores() throws {
        let result = try read(
            """
            {"flagged": true, "categories": {"self-harm/intent": true, "new one": false},
             "category_scores": {"self-harm/intent": 0.9, "new one": 0.01},
             "category_applied_input_types": {"self-harm/intent": ["text"], "new one": ["text"]}}
            """)
        #expect(result.status == .ok)
        #expect(result.flagged == true)
        #expect(result.scores == ["self-harm/intent": 0.9, "new one": 0.01])
        #expect(result.flags == ["self-harm/intent"])
        #expect(result.model == "omni")
    }

    @Test("an empty list of input types, or null, is missing and not safe")
    func missing() throws {
        let result = try read(
            """
            {"flagged": false, "categories": {"hate": false, "illicit": null, "violence": false},
             "category_scores": {"hate": 0, "illicit": null, "violence": 0.2},
             "category_applied_input_types": {"hate": [], "illicit": [], "violence": ["text"]}}
            """)
        #expect(result.missing == ["hate", "illicit"])
        #expect(result.scores == ["violence": 0.2])
    }

    @Test("a vendor's flag without a score counts as one")
    func flagAlone() throws {
        #expect(try read(#"{"categories": {"hate": true, "violence": false}}"#).scores == ["hate": 1, "violence": 0])
    }

    @Test(
        "what has no categories is an error", arguments: ["{}", "[]", #"{"categories": {}}"#, #"{"categories": []}"#])
    func unreadable(_ text: String) throws {
        #expect(try read(text).status == .error)
        #expect(try read(text).failure == .unreadable)
    }
}
