import Foundation

/// How strong each of several variants is, from who won against whom.
///
/// P(a beats b) = 1 / (1 + e^(b−a)) with strengths in log-odds whose sum is 0; a tie is half a win for each. Fitted by
/// Hunter's iteration (Annals of Statistics 32, 2004); errors from the inverse of the information.
public struct BradleyTerry: Sendable, Hashable {
    /// Per variant, in the order given.
    public let strengths: [Double]
    public let standardErrors: [Double]

    /// - Parameter wins: how often the row beat the column; ties half each.
    /// - Returns: `nil` when there is no finite answer: somebody never won, never lost, or never met the others.
    public init?(wins: [[Double]]) {
        let number = wins.count
        guard number > 1, Self.isConnected(wins) else { return nil }
        var weights = [Double](repeating: 1, count: number)
        for _ in 0..<10_000 {
            let before = weights
            for a in 0..<number {
                var (won, met) = (0.0, 0.0)
                for b in 0..<number where a != b {
                    won += wins[a][b]
                    met += (wins[a][b] + wins[b][a]) / (weights[a] + weights[b])
                }
                weights[a] = won / met
            }
            let mean = exp(weights.reduce(0) { $0 + log($1) } / Double(number))
            weights = weights.map { $0 / mean }
            let change = zip(weights, before).map { abs(log($0 / $1)) }.max() ?? 0
            if change < 1e-12 { break }
        }
        strengths = weights.map { log($0) }
        guard let errors = Self.errors(wins, strengths) else { return nil }
        standardErrors = errors
    }

    /// A finite answer needs a path of wins from each to each (Ford, 1957).
    private static func isConnected(_ wins: [[Double]]) -> Bool {
        func reaches(_ beats: (Int, Int) -> Bool) -> Bool {
            var (seen, open): (Set<Int>, [Int]) = ([0], [0])
            while let at = open.popLast() {
                for next in wins.indices where beats(at, next) && seen.insert(next).inserted { open.append(next) }
            }
            return seen.count == wins.count
        }
        return reaches { wins[$0][$1] > 0 } && reaches { wins[$1][$0] > 0 }
    }

    /// The information is singular along (1,…,1), which the sum of 0 fixes: with 1/n added it inverts.
    private static func errors(_ wins: [[Double]], _ strengths: [Double]) -> [Double]? {
        let number = wins.count
        let even = 1 / Double(number)
        var information = [[Double]](repeating: [Double](repeating: even, count: number), count: number)
        for a in 0..<number {
            for b in 0..<number where a != b {
                let p = 1 / (1 + exp(strengths[b] - strengths[a]))
                let weight = (wins[a][b] + wins[b][a]) * p * (1 - p)
                information[a][a] += weight
                information[a][b] -= weight
            }
        }
        return inverseDiagonal(information)?.map { max(0, $0 - even).squareRoot() }
    }

    /// Gauss–Jordan with the largest pivot.
    private static func inverseDiagonal(_ matrix: [[Double]]) -> [Double]? {
        let number = matrix.count
        var rows = matrix.enumerated().map { row, values in values + (0..<number).map { $0 == row ? 1 : 0 } }
        for column in 0..<number {
            guard let pivot = (column..<number).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-12
            else { return nil }
            rows.swapAt(column, pivot)
            let scale = rows[column][column]
            rows[column] = rows[column].map { $0 / scale }
            for other in 0..<number where other != column {
                let factor = rows[other][column]
                for at in rows[other].indices { rows[other][at] -= factor * rows[column][at] }
            }
        }
        return (0..<number).map { rows[$0][number + $0] }
    }
}
