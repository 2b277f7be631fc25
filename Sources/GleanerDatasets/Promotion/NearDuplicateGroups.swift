import AsyncPostgres
import GleanerCore

/// Finds which staged texts are nearly the same: those that share a band of their signatures are compared by their exact
/// Jaccard index, and whatever holds together, pair by pair, is one group.
///
/// Memory: four bytes a line for the groups, and texts of one slice at a time.
struct NearDuplicateGroups {
    enum Side: String {
        case prompt, answer
        var bands: String { "\(rawValue)_bands" }
        var group: String { "\(rawValue)_group" }
    }

    /// Texts that are looked at together.
    private static let slice = 400
    /// Texts of one bucket that all its others are compared with: more only make a bucket of strangers slow.
    private static let representatives = 16

    let side: Side
    let similarity: Similarity
    let connection: PostgresConnection
    private var forest: UnionFind
    private var known: [Int: Shingles] = [:]
    private var bucket: (band: Int, hash: Int64)?
    private var heads: [Int] = []

    init(_ side: Side, _ similarity: Similarity, count: Int, on connection: PostgresConnection) {
        self.side = side
        self.similarity = similarity
        self.connection = connection
        forest = UnionFind(count: count)
    }

    private typealias Member = (ord: Int, band: Int, hash: Int64)

    /// Writes each line's group into the stage: the lowest ordinal in it.
    mutating func find(count: Int) async throws {
        var members: [Member] = []
        try await connection.forEachRow(
            """
            SELECT ord, band, hash FROM (
                SELECT s.ord, b.band, b.hash, count(*) OVER (PARTITION BY b.band, b.hash) AS size
                FROM staged s CROSS JOIN LATERAL unnest(s.\(identifier: side.bands)) WITH ORDINALITY AS b(hash, band)
                WHERE s.reason IS NULL
            ) shared WHERE size > 1 ORDER BY band, hash, ord
            """, batch: Self.slice, timeout: PostgresDatasetStore.patience
        ) { row in
            members.append(
                (ord: try row.decode("ord"), band: try row.decode("band"), hash: try row.decode("hash", as: Int64.self))
            )
            if members.count == Self.slice {
                try await join(members)
                members.removeAll(keepingCapacity: true)
            }
        }
        try await join(members)
        try await write(count)
    }

    private mutating func join(_ members: [Member]) async throws {
        try await read(unsettled(among: members))
        for member in members {
            if bucket.map({ $0 != (member.band, member.hash) }) ?? true {
                bucket = (member.band, member.hash)
                heads = []
            }
            if heads.contains(where: { forest.root(of: $0) == forest.root(of: member.ord) }) { continue }
            if let alike = heads.first(where: { isAlike($0, member.ord) }) {
                forest.join(alike, member.ord)
            } else if heads.count < Self.representatives {
                heads.append(member.ord)
            }
        }
    }

    /// Whose texts have to be looked at: a bucket that is one group already, by a band before, has nothing to tell.
    private mutating func unsettled(among members: [Member]) -> Set<Int> {
        var wanted: Set<Int> = []
        var place = 0
        while place < members.count {
            let (band, hash) = (members[place].band, members[place].hash)
            var ordinals = bucket.map { $0 == (band, hash) } ?? false ? heads : []
            while place < members.count, members[place].band == band, members[place].hash == hash {
                ordinals.append(members[place].ord)
                place += 1
            }
            var roots: Set<Int> = []
            for ordinal in ordinals { roots.insert(forest.root(of: ordinal)) }
            if roots.count > 1 { wanted.formUnion(ordinals) }
        }
        return wanted
    }

    private func isAlike(_ left: Int, _ right: Int) -> Bool {
        guard let left = known[left], let right = known[right] else { return false }
        return similarity.holds(left, right)
    }

    private mutating func read(_ ordinals: Set<Int>) async throws {
        known = known.filter { ordinals.contains($0.key) }
        let missing = ordinals.filter { known[$0] == nil }.map(Int32.init)
        guard !missing.isEmpty else { return }
        for row in try await connection.query(
            "SELECT ord, \(identifier: side.rawValue) AS body FROM staged WHERE ord = ANY(\(PostgresArray(missing)))")
        {
            known[try row.decode("ord")] = Shingles(normalized: try row.decode("body"))
        }
    }

    /// Lines that are alone were staged with their own ordinal.
    private mutating func write(_ count: Int) async throws {
        var moved: [(ord: Int32, group: Int32)] = []
        for ord in 0..<count {
            let root = forest.root(of: ord)
            if root != ord { moved.append((Int32(ord), Int32(root))) }
        }
        for start in stride(from: 0, to: moved.count, by: 5000) {
            let part = moved[start..<min(start + 5000, moved.count)]
            try await connection.query(
                """
                UPDATE staged s SET \(identifier: side.group) = u.root
                FROM unnest(\(PostgresArray(part.map(\.ord))), \(PostgresArray(part.map(\.group)))) AS u(ord, root)
                WHERE s.ord = u.ord
                """, timeout: PostgresDatasetStore.patience)
        }
    }
}
