/// Those whose work a round asks for, one after another. What they refuse with an `Explained` of status 4xx holds the
/// round until somebody says how it goes on; anything else they throw is tried again.
public struct LoopNeighbours: Sendable {
    public let datasets: any LoopDatasets
    public let tuner: any LoopTuner
    public let gate: any LoopGate
    public let canaries: any LoopCanaries
    public let variants: any LoopVariants

    public init(
        datasets: any LoopDatasets, tuner: any LoopTuner, gate: any LoopGate, canaries: any LoopCanaries,
        variants: any LoopVariants
    ) {
        self.datasets = datasets
        self.tuner = tuner
        self.gate = gate
        self.canaries = canaries
        self.variants = variants
    }
}
