public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Rows as ingest would have written them, for the features that read exchanges.
public struct StoredExchanges: Sendable {
    public let pool: PostgresPool
    public let project: ID<Project>
    public let caller: Caller

    /// Makes a project to put exchanges into.
    public init(pool: PostgresPool, project name: String = "default") async throws {
        self.pool = pool
        project = .new()
        caller = Caller(project: project, key: .new(), keyName: "test", scopes: Set(Scope.allCases))
        try await pool.query(
            "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), \(name), now())")
    }

    /// Stores one exchange of one user turn.
    @discardableResult
    public func add(
        id: ID<Exchange> = .new(), user: String = "Chai kaise banate hain?",
        answer: String = "Paani ubaalo, patti daalo.",
        system: String? = "You answer in Hinglish.", completion: String? = nil, conversation: String? = nil,
        endUser: String? = nil, status: String = "completed", httpStatus: Int16 = 200, complete: Bool = true,
        finishReason: String = "stop", endpoint: String = "/v1/chat/completions", messages: JSONValue? = nil,
        message: JSONValue? = nil, requestMembers: [String: JSONValue] = [:], receivedAt: Date = Date()
    ) async throws -> ID<Exchange> {
        let system: [JSONValue] = system.map { [["role": "system", "content": .string($0)]] } ?? []
        let messages = messages ?? .array(system + [["role": "user", "content": .string(user)]])
        var request = requestMembers
        request["messages"] = messages
        let answered = message ?? ["role": "assistant", "content": .string(answer)]
        let document: JSONValue = [
            "choices": [["index": 0, "message": answered, "finish_reason": .string(finishReason)]]
        ]
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, end_user, tags,
                served_model, completion_id, finish_reason, complete, request_sha256, request_bytes, response_bytes,
                message_count)
            VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), \(receivedAt), \(endpoint), \(status), \(httpStatus),
                    false, \(conversation), \(endUser), '{}', 'test-model-1', \(completion), \(finishReason), \(complete),
                    ''::bytea, 0, 0, \(messages.arrayValue.map { Int32($0.count) }))
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages, answer)
            VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), \(try JSONValue.object(request).canonicalBytes()),
                    ''::bytea, \(JSONB(bytes: try messages.canonicalBytes())), \(JSONB(bytes: try document.canonicalBytes())))
            """)
        // What is added next is later, by its id as well: that is in no order within a millisecond.
        try await Task.sleep(for: .milliseconds(1))
        return id
    }

    /// Stores a review of `exchange`, every question answered alike.
    public func review(
        _ exchange: ID<Exchange>, score: Int16, reviewer: String = "asha", correction: String? = nil
    ) async throws {
        let scores = JSONB("{\"relevance\":\(score),\"accuracy\":\(score),\"appropriateness\":\(score)}")
        try await pool.query(
            """
            INSERT INTO gleaner.reviews
                (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, correction, created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(project.uuid), \(exchange.uuid),
                    \(reviewer), 'default@1', \(scores), \(score), \(correction), clock_timestamp())
            """)
    }

    /// Stores a comment of an end user.
    @discardableResult
    public func comment(_ exchange: ID<Exchange>, _ text: String, rater: String = "u1") async throws -> UUID {
        let id = ID<Exchange>.new(on: exchange.shard).uuid
        try await pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, body, rater, source, created_at)
            VALUES (\(exchange.shard.value), \(id), \(project.uuid), \(exchange.uuid), 'comment', \(text), \(rater), 'api',
                    clock_timestamp())
            """)
        return id
    }

    /// Stores a judgement of an end user; `thumb` 1 or -1, `raised` for a flag.
    public func feedback(
        _ exchange: ID<Exchange>, thumb: Int16? = nil, raised: Bool? = nil, correction: String? = nil,
        rater: String? = "u1"
    ) async throws {
        let kind = thumb != nil ? "thumb" : raised != nil ? "flag" : "correction"
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, thumb, raised, body, rater, source, created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(project.uuid), \(exchange.uuid),
                    \(kind), \(thumb), \(raised), \(correction), \(rater), 'api', clock_timestamp())
            """)
    }
}
