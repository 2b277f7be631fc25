import AsyncPostgres
public import GleanerCore

extension JobQueue {
    /// Puts elements into the list of a job that waits, or makes one for them. Behind a slow worker few long jobs wait,
    /// instead of many short ones that each cost as much.
    ///
    /// Only the project's newest jobs are looked at, and none that somebody has begun or is looking at. The same elements
    /// told twice are in the list twice.
    /// - Parameters:
    ///   - list: the payload's member.
    ///   - limit: elements of one job.
    public func gather(
        _ elements: [JSONValue], in list: String, of kind: JobKind, project: ID<Project>, limit: Int
    ) async throws {
        guard !elements.isEmpty else { return }
        for start in stride(from: 0, to: elements.count, by: limit) {
            let part = Array(elements[start..<min(start + limit, elements.count)])
            // What fills a job needs no look at the lists of others.
            if part.count < limit, try await add(part, to: list, of: kind, project: project, limit: limit) { continue }
            try await enqueue(NewJob(kind: kind, project: project, payload: .object([list: .array(part)])))
        }
    }

    private func add(
        _ part: [JSONValue], to list: String, of kind: JobKind, project: ID<Project>, limit: Int
    ) async throws -> Bool {
        let count = Int32(clamping: limit - part.count)
        return try await pool.query(
            """
            WITH newest AS (
                SELECT id FROM gleaner.jobs WHERE project_id = \(project.uuid) ORDER BY id DESC LIMIT 8
            ), open AS (
                SELECT j.id FROM gleaner.jobs j JOIN newest USING (id)
                WHERE j.kind = \(kind.rawValue) AND j.state = 'waiting' AND j.attempts = 0 AND j.idempotency_key IS NULL
                  AND jsonb_typeof(j.payload -> \(list)) = 'array'
                  AND jsonb_array_length(j.payload -> \(list)) <= \(count)
                ORDER BY j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
            )
            UPDATE gleaner.jobs j SET payload = jsonb_set(
                j.payload, ARRAY[\(list)], (j.payload -> \(list)) || \(JSONB(bytes: try JSONValue.array(part).canonicalBytes())))
            FROM open WHERE j.id = open.id
            """
        ).affected > 0
    }
}
