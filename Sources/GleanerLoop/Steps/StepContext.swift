import Foundation
import GleanerCore

/// What a step may know of its round.
struct StepContext: Sendable {
    let round: LoopRound
    let document: LoopDocument
    /// Who wrote the document, and so agreed to what it may spend.
    let owner: String
    let neighbours: LoopNeighbours
    /// US dollars of the loop's other fine-tunes in this calendar month.
    let spentThisMonth: @Sendable () async throws -> Double

    var project: ID<Project> { round.project }

    /// The version that the round is about.
    /// - Throws: `RoundFault.versionGone` when it was withdrawn since, or erased.
    func version() async throws -> LoopVersion {
        guard let id = round[.build]?.made.flatMap({ UUID(uuidString: $0) }),
            let version = try await neighbours.datasets.version(id, in: project), !version.isWithdrawn
        else { throw RoundFault.versionGone }
        return version
    }

    /// The tuned model, and where it answers.
    func candidate() -> LoopModel? {
        guard let tune = round[.tune], tune.state == .done, let choice = document.tune,
            let model = tune.figures["model"]?.stringValue
        else { return nil }
        return LoopModel(provider: choice.servedBy, model: model)
    }
}

/// What ends a step without a word of anybody's.
enum RoundFault: Error, Hashable {
    case versionGone

    var words: String { "The dataset version was withdrawn since." }
}

/// Takes a step on, as far as it goes now.
protocol StepTaker: Sendable {
    func take(_ step: LoopStep, in context: StepContext) async throws -> StepOutcome
}

extension LoopStep.Name {
    var taker: any StepTaker {
        switch self {
        case .build: BuildStep()
        case .compare: CompareStep()
        case .approve: ApproveStep()
        case .tune: TuneStep()
        case .gate: GateStep()
        case .canary: CanaryStep()
        }
    }
}

/// Money and shares in words.
enum Amount {
    static func dollars(_ usd: Double) -> String { "\(rounded(usd)) US dollars" }

    /// Two places, without zeros at the end.
    static func rounded(_ number: Double) -> String {
        number.formatted(.number.precision(.fractionLength(0...2)).grouping(.never).locale(Locale(identifier: "en")))
    }

    static func percent(_ share: Double) -> String { "\(rounded(share * 100)) %" }
}
