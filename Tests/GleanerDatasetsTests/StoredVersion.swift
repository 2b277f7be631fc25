import AsyncPostgres
import Crypto
import Foundation
import GleanerCore
import GleanerTestSupport

@testable import GleanerDatasets

/// A version of any kind, put into the database as a build would, so that what leaves it can be tested by itself.
struct StoredVersion {
    let world: StoredExchanges
    let id: UUID
    let version: DatasetVersion

    /// - Parameter examples: split and content, in order.
    init(
        _ world: StoredExchanges, dataset: String = "demo", kind: DatasetKind = .sft,
        _ examples: [(split: String, content: JSONValue)], exchange: ((Int) -> UUID)? = nil
    ) async throws {
        let pool = world.pool
        let (id, set, policy) = (UUID(), UUID(), UUID())
        try await pool.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(policy), \(world.project.uuid), \("policy-\(dataset)"), 1, \(JSONB(bytes: try PromotionPolicy().document.canonicalBytes())), now())
            """)
        try await pool.query(
            "INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES (\(set), \(world.project.uuid), \(dataset), now())"
        )
        var statistics = DatasetVersion.Statistics()
        statistics.train = examples.count { $0.split == "train" }
        statistics.validation = examples.count { $0.split == "validation" }
        (statistics.exchanges, statistics.judged) = (examples.count, examples.count)
        try await pool.query(
            """
            INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document, salt,
                                                  statistics, content_sha256, created_at, kind)
            VALUES (\(id), \(set), \(world.project.uuid), 1, \(policy), '{}', 'salt',
                    \(JSONB(bytes: Array(try JSONEncoder().encode(statistics)))), \([1, 2, 3] as [UInt8]),
                    '2026-11-01T10:00:00Z', \(kind.rawValue))
            """)
        var lines: [String: Int32] = [:]
        for (place, example) in examples.enumerated() {
            lines[example.split, default: 0] += 1
            let content = try example.content.canonicalBytes()
            let exchange = exchange?(place) ?? ID<Exchange>.new().uuid
            let lineage: JSONValue = [
                "exchange_id": .string(exchange.uuidString), "note": "a \u{2028} b: \"c\", d", "estimated_tokens": 7,
            ]
            try await pool.query(
                """
                INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
                VALUES (\(id), \(example.split), \(lines[example.split]!), 0, \(exchange), \(content),
                        \(Array(SHA256.hash(data: content))), \(JSONB(bytes: try lineage.canonicalBytes())))
                """)
        }
        self.world = world
        self.id = id
        version = try await DatasetService(pool: pool).version("1", of: dataset, in: world.project)
    }

    /// Conversations of one question each; every one differs.
    static func talks(_ count: Int, _ split: String = "train", tag: String = "") -> [(
        split: String, content: JSONValue
    )] {
        (0..<count).map { number in
            (
                split,
                [
                    "messages": [
                        ["role": "user", "content": .string("Sawaal \(tag)\(number)")],
                        ["role": "assistant", "content": .string("जवाब \(number)")],
                    ]
                ]
            )
        }
    }
}
