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
        for method: HTTPRequest.Method in [.get, .post, .put, .patch, .delete] {
            declare(method, "/v1/**", .key(.gateway))
        }

        declare(.get, "/api/exchanges", .key(.read))
        declare(.get, "/api/exchanges/{id}", .key(.read))
        declare(.post, "/api/exchanges", .key(.gateway))

        declare(.get, "/api/prices", .key(.read))
        declare(.put, "/api/prices", .key(.admin))

        declare(.post, "/api/feedback", .key(.feedback))
        declare(.get, "/api/exchanges/{id}/feedback", .key(.read))

        declare(.post, "/api/reviews/next", .key(.review))
        declare(.post, "/api/reviews", .key(.review))
        declare(.post, "/api/reviews/skip", .key(.review))
        declare(.get, "/api/reviews/progress", .key(.review))
        declare(.get, "/api/sampling-rules", .key(.review))
        declare(.post, "/api/sampling-rules", .key(.admin))

        declare(.get, "/api/datasets", .key(.datasets))
        declare(.post, "/api/datasets/{name}/versions", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}/files/{file}", .key(.datasets))
        declare(.get, "/api/datasets/{name}/versions/{version}/lines/{split}/{line}", .key(.datasets))

        declare(.get, "/api/routes", .key(.routes))
        declare(.get, "/api/routes/versions", .key(.routes))
        declare(.post, "/api/routes/rollback", .key(.routes))
        declare(.get, "/api/routes/{name}", .key(.routes))
        declare(.put, "/api/routes/{name}", .key(.routes))
        declare(.delete, "/api/routes/{name}", .key(.routes))
        declare(.post, "/api/routes/{name}/weights", .key(.routes))
    }
}
