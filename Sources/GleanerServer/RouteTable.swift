import GleanerCore
import GleanerHTTP
import HTTPTypes

extension RouteNeeds {
    /// What every route of `/v1` and `/api` asks for. The console's pages declare theirs themselves.
    func declareAPI() {
        for path in ["chat/completions", "completions", "responses", "embeddings", "moderations", "messages"] {
            declare(.post, "/v1/\(path)", .key(.gateway))
        }
        declare(.get, "/v1/models", .key(.gateway))
        declare(.post, "/v1/traces", .key(.gateway))
        for method: HTTPRequest.Method in [.get, .post, .put, .patch, .delete] {
            declare(method, "/v1/**", .key(.gateway))
        }

        declare(.get, "/api/exchanges", .key(.read))
        declare(.get, "/api/exchanges/{id}", .key(.read))
        declare(.get, "/api/exchanges/{id}/history", .key(.read))
        declare(.get, "/api/exchanges/{id}/bytes/{half}", .key(.read))
        declare(.post, "/api/exchanges", .key(.gateway))

        declare(.get, "/api/prices", .key(.read))
        declare(.put, "/api/prices", .key(.admin))

        declare(.post, "/api/feedback", .keyOrFeedbackToken(.feedback))
        declare(.post, "/api/feedback/bulk", .key(.feedback))
        declare(.get, "/api/feedback", .key(.read))
        declare(.get, "/api/feedback/summary", .key(.read))
        declare(.get, "/api/feedback/raters", .key(.read))
        declare(.post, "/api/feedback/raters/{rater}/clear", .key(.admin))
        declare(.get, "/feedback.js", .nothing)
        declare(.get, "/api/exchanges/{id}/feedback", .key(.read))

        declare(.post, "/api/reviews/next", .key(.review))
        declare(.post, "/api/reviews", .key(.review))
        for path in ["skip", "decline", "heartbeat", "undo"] { declare(.post, "/api/reviews/\(path)", .key(.review)) }
        declare(.put, "/api/reviews/draft", .key(.review))
        declare(.get, "/api/reviews/progress", .key(.review))
        declare(.get, "/api/reviews/agreement", .key(.review))
        declare(.get, "/api/reviews/disputes", .key(.admin))
        declare(.post, "/api/reviews/adjudications", .key(.admin))
        declare(.get, "/api/reviews/gold", .key(.admin))
        declare(.put, "/api/reviews/gold", .key(.admin))
        declare(.delete, "/api/reviews/gold/{exchange}", .key(.admin))
        declare(.get, "/api/review-settings", .key(.review))
        declare(.put, "/api/review-settings", .key(.admin))
        declare(.get, "/api/rubrics", .key(.review))
        declare(.get, "/api/rubrics/{reference}", .key(.review))
        declare(.post, "/api/rubrics", .key(.admin))
        for path in ["next", "verdicts", "skip", "heartbeat"] {
            declare(.post, "/api/comparisons/\(path)", .key(.review))
        }
        declare(.get, "/api/comparisons/results", .key(.review))
        declare(.post, "/api/comparisons", .key(.admin))
        declare(.post, "/api/comparisons/find", .key(.admin))
        declare(.get, "/api/sampling-rules", .key(.review))
        declare(.post, "/api/sampling-rules", .key(.admin))
        declare(.delete, "/api/sampling-rules/{name}", .key(.admin))
        declare(.post, "/api/samples/pick", .key(.review))
        declare(.get, "/api/estimates", .key(.read))

        declare(.get, "/api/datasets", .key(.datasets))
        declare(.post, "/api/datasets/{name}/versions", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}/files/{file}", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}/lines/{split}/{line}", .key(.datasets))
        declare(.post, "/api/datasets/{name}/preview", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}/diff", .key(.datasets))
        declare(.post, "/api/datasets/{name}/versions/{version}/approvals", .key(.datasets))
        declare(.get, "/api/policies", .key(.datasets))
        declare(.post, "/api/policies", .key(.datasets))
        declare(.post, "/api/policies/check", .key(.datasets))
        declare(.get, "/api/policies/{name}", .key(.datasets))
        declare(.get, "/api/benchmarks", .key(.datasets))
        declare(.put, "/api/benchmarks/{name}", .key(.datasets))
        declare(.delete, "/api/benchmarks/{name}", .key(.datasets))

        declare(.get, "/api/jobs", .key(.read))
        declare(.get, "/api/jobs/{id}", .key(.read))
        declare(.post, "/api/jobs/{id}/retry", .key(.admin))

        declare(.get, "/api/erasures", .key(.admin))
        declare(.post, "/api/erasures", .key(.admin))
        declare(.get, "/api/erasures/{id}", .key(.admin))
        declare(.post, "/api/erasures/{id}/confirm", .key(.admin))
        declare(.get, "/api/erasures/{id}/receipt", .key(.admin))

        declare(.get, "/api/moderation/decisions", .key(.read))
        declare(.get, "/api/moderation/exchanges/{id}", .key(.read))
        declare(.post, "/api/moderation/exchanges/{id}/decisions", .key(.review))
        declare(.get, "/api/moderation/status", .key(.read))
        declare(.get, "/api/moderation/policy", .key(.read))
        declare(.put, "/api/moderation/policy", .key(.admin))
        declare(.get, "/api/moderation/policy/versions", .key(.read))
        declare(.post, "/api/moderation/check", .key(.review))
        declare(.post, "/api/moderation/redecide", .key(.admin))

        declare(.post, "/api/tuning/estimates", .key(.datasets))
        declare(.get, "/api/tuning/jobs", .key(.read))
        declare(.post, "/api/tuning/jobs", .key(.admin))
        declare(.get, "/api/tuning/jobs/{id}", .key(.read))
        declare(.get, "/api/tuning/jobs/{id}/events", .key(.read))
        declare(.post, "/api/tuning/jobs/{id}/cancel", .key(.admin))
        declare(.delete, "/api/tuning/jobs/{id}/files", .key(.admin))
        declare(.get, "/api/tuning/models", .key(.read))
        declare(.get, "/api/tuning/retirements", .key(.read))
        declare(.get, "/api/tuning/prices", .key(.read))
        declare(.put, "/api/tuning/prices", .key(.admin))
        declare(.get, "/api/evaluators/policy", .key(.read))
        declare(.put, "/api/evaluators/policy", .key(.admin))
        declare(.get, "/api/evaluators/policy/versions", .key(.read))
        declare(.post, "/api/evaluators/run", .key(.admin))
        for path in ["status", "estimates", "summary", "judge", "spelling", "corpus", "exchanges/{id}"] {
            declare(.get, "/api/evaluators/\(path)", .key(.read))
        }
        declare(.get, "/api/evaluations", .key(.read))
        declare(.post, "/api/evaluations", .key(.datasets))
        declare(.get, "/api/evaluations/{id}", .key(.read))
        declare(.get, "/api/evaluations/{id}/verdict", .key(.read))
        declare(.post, "/api/evaluations/{id}/conclude", .key(.datasets))
        declare(.get, "/api/canaries", .key(.read))
        declare(.post, "/api/canaries", .key(.routes))
        declare(.get, "/api/canaries/{id}", .key(.read))
        declare(.get, "/api/canaries/{id}/points", .key(.read))
        declare(.get, "/api/canaries/{id}/decisions", .key(.read))
        for path in ["pin", "unpin", "promote", "rollback", "end"] {
            declare(.post, "/api/canaries/{id}/\(path)", .key(.routes))
        }
        declare(.get, "/api/decisions", .key(.read))
        declare(.get, "/api/loops", .key(.read))
        declare(.post, "/api/loops/check", .key(.datasets))
        declare(.get, "/api/loops/rounds/{id}", .key(.read))
        for path in ["hold", "cancel"] { declare(.post, "/api/loops/rounds/{id}/\(path)", .key(.datasets)) }
        for path in ["continue", "skip"] { declare(.post, "/api/loops/rounds/{id}/\(path)", .key(.admin)) }
        declare(.get, "/api/loops/{name}", .key(.read))
        declare(.put, "/api/loops/{name}", .key(.admin))
        declare(.get, "/api/loops/{name}/rounds", .key(.read))
        declare(.post, "/api/loops/{name}/rounds", .key(.admin))
        declare(.get, "/api/loops/{name}/events", .key(.read))
        declare(.post, "/api/loops/{name}/pause", .key(.datasets))
        declare(.post, "/api/loops/{name}/resume", .key(.admin))

        declare(.get, "/api/alerts", .key(.read))
        declare(.get, "/api/alerts/{id}", .key(.read))
        for path in ["acknowledge", "resolve"] { declare(.post, "/api/alerts/{id}/\(path)", .key(.datasets)) }
        declare(.get, "/api/alert-rules", .key(.read))
        declare(.post, "/api/alert-rules/standard", .key(.admin))
        declare(.post, "/api/alert-rules/test", .key(.read))
        declare(.get, "/api/alert-rules/{name}", .key(.read))
        declare(.put, "/api/alert-rules/{name}", .key(.admin))
        declare(.delete, "/api/alert-rules/{name}", .key(.admin))
        declare(.get, "/api/alert-silences", .key(.read))
        declare(.post, "/api/alert-silences", .key(.datasets))
        declare(.delete, "/api/alert-silences/{id}", .key(.datasets))

        declare(.get, "/api/report", .key(.read))
        declare(.get, "/api/releases", .key(.read))
        declare(.post, "/api/releases", .key(.datasets))
        declare(.delete, "/api/releases/{id}", .key(.datasets))

        declare(.get, "/api/routes", .key(.routes))
        declare(.get, "/api/routes/versions", .key(.routes))
        declare(.post, "/api/routes/rollback", .key(.routes))
        declare(.get, "/api/routes/{name}", .key(.routes))
        declare(.put, "/api/routes/{name}", .key(.routes))
        declare(.delete, "/api/routes/{name}", .key(.routes))
        declare(.post, "/api/routes/{name}/weights", .key(.routes))
    }
}
