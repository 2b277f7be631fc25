/// The shortest way from one list of numbers to another. Source: Myers, "An O(ND) Difference Algorithm" (1986).
enum ShortestEdit {
    enum Step: Sendable, Hashable { case same, removed, added }

    /// - Parameter limit: of removals and additions; beyond it all of `a` is removed and all of `b` added.
    static func steps(_ a: [Int32], _ b: [Int32], limit: Int) -> [Step] {
        guard let trace = trace(a, b, limit: limit) else {
            return a.map { _ in .removed } + b.map { _ in .added }
        }
        return walkBack(trace, a, b)
    }

    /// For each number of edits: the furthest `x` on each diagonal −d, −d+2 … d, before it was looked for.
    private static func trace(_ a: [Int32], _ b: [Int32], limit: Int) -> [[Int32]]? {
        let (n, m) = (a.count, b.count)
        let most = min(n + m, limit)
        // furthest[k + most + 1]: the furthest x on diagonal k = x − y.
        var furthest = [Int32](repeating: 0, count: 2 * most + 3)
        var trace: [[Int32]] = []
        for d in 0...most {
            trace.append(Array(furthest[(most + 1 - d)...(most + 1 + d)]))
            for k in stride(from: -d, through: d, by: 2) {
                let at = k + most + 1
                let isDown = k == -d || (k != d && furthest[at - 1] < furthest[at + 1])
                var x = Int(isDown ? furthest[at + 1] : furthest[at - 1] + 1)
                var y = x - k
                while x < n, y < m, a[x] == b[y] {
                    x += 1
                    y += 1
                }
                furthest[at] = Int32(x)
                if x >= n, y >= m { return trace }
            }
        }
        return nil
    }

    private static func walkBack(_ trace: [[Int32]], _ a: [Int32], _ b: [Int32]) -> [Step] {
        var (x, y) = (a.count, b.count)
        var steps: [Step] = []
        for d in stride(from: trace.count - 1, through: 1, by: -1) {
            // The row of d covers diagonals −d…d at 0…2d.
            let row = trace[d]
            func reached(_ k: Int) -> Int { row.indices.contains(k + d) ? Int(row[k + d]) : -1 }
            let k = x - y
            let isDown = k == -d || (k != d && reached(k - 1) < reached(k + 1))
            let from = isDown ? k + 1 : k - 1
            let (fromX, fromY) = (reached(from), reached(from) - from)
            while x > fromX + (isDown ? 0 : 1), y > fromY + (isDown ? 1 : 0) {
                steps.append(.same)
                x -= 1
                y -= 1
            }
            steps.append(isDown ? .added : .removed)
            (x, y) = (fromX, fromY)
        }
        steps.append(contentsOf: repeatElement(.same, count: x))
        return steps.reversed()
    }
}
