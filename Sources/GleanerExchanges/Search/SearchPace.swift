/// How far each step of a search may look, so that the whole of it keeps to its time whatever it looks for.
///
/// The first step is small, and each next one as large as the pace so far allows, at most four times the one before: a
/// search for what is everywhere takes one step, one for what is nowhere ends on time.
struct SearchPace: Sendable, Hashable {
    private var next: Int
    private var spent = Duration.zero
    private let budget: Duration

    /// A step's statement has to be planned, too; below that many rows it is not worth it.
    private static let least = 50
    static let most = 20_000

    /// - Parameter first: rows of the first step.
    init(first: Int, budget: Duration) {
        next = first
        self.budget = budget
    }

    /// Rows of the step to take now; `nil` when time is up.
    var rows: Int? { next < Self.least && spent > .zero ? nil : next }

    /// - Parameter rows: how many it looked at, at least one.
    mutating func took(_ time: Duration, rows: Int) {
        spent += time
        let left = budget - spent
        guard left > .zero else {
            next = 0
            return
        }
        // Nine tenths: the pace of the next rows is not known, only that of those before.
        let affordable = Double(max(rows, 1)) * 0.9 * (left / max(time, .microseconds(1)))
        next = min(Int(min(affordable, Double(Self.most))), max(rows * 4, 4 * Self.least))
    }
}
