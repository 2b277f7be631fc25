import Foundation
import GleanerCore

/// One stretch of a project: what one row for each slice is counted over.
struct RollupSpan: Sendable, Hashable {
    let project: ID<Project>
    let from: Date
    let stretch: Stretch

    var to: Date { from.addingTimeInterval(stretch.seconds) }
    /// An exchange counts where its id says it was received.
    var ids: (low: UUID, high: UUID) { (.lowest(at: from), .lowest(at: to)) }
    var day: Date { from.beginning(of: .day) }
}

extension RollupUnit {
    var span: RollupSpan { RollupSpan(project: project, from: hour, stretch: .hour) }
    var daySpan: RollupSpan { RollupSpan(project: project, from: day, stretch: .day) }
    func span(_ stretch: Stretch, from at: Date) -> RollupSpan {
        RollupSpan(project: project, from: at, stretch: stretch)
    }
}
