import GleanerTuning

extension Chart {
    /// Loss by step: of training, of validation, and of all of validation.
    /// - Returns: `nil` without a number.
    init?(loss curve: [TuningMetric]) {
        let series: [(name: String, kind: String, points: [(x: Double, y: Double)])] = [
            ("train_loss", "one", curve.compactMap { point in point.trainLoss.map { (Double(point.step), $0) } }),
            ("valid_loss", "two", curve.compactMap { point in point.validLoss.map { (Double(point.step), $0) } }),
            (
                "full_valid_loss", "three",
                curve.compactMap { point in point.fullValidLoss.map { (Double(point.step), $0) } }
            ),
        ].filter { !$0.points.isEmpty }
        let all = series.flatMap(\.points)
        guard let first = all.map(\.x).min(), let last = all.map(\.x).max() else { return nil }
        let scale = Scale(x: [first, last], y: all.map(\.y))
        title = "Loss by step"
        bands = []
        lines = series.map { Line(name: $0.name, kind: $0.kind, path: scale.path($0.points)) }
        keys = series.map { Key(label: "\($0.name), last \(Figure.short($0.points.last?.y))", kind: $0.kind) }
        top = Figure.short(all.map(\.y).max())
        bottom = Figure.short(all.map(\.y).min())
        left = "step \(Figure.count(Int(first)))"
        right = "step \(Figure.count(Int(last)))"
    }
}
