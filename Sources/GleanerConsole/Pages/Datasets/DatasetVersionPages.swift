import Foundation
import GleanerCore
import GleanerDatasets
import GleanerTuning
import Hummingbird

/// `/datasets/{name}/{version}`: what is in a version, what changed, where each line comes from; and letting it out.
struct DatasetVersionPages: Sendable {
    /// A line is a whole conversation: a page of more is not read.
    static let linesOnPage = 5

    let service: DatasetService
    let tuning: TuningService

    func add(to console: ConsoleRouter) {
        console.page("datasets/:name/:version", for: .read) { visit in
            try await page(visit, try await version(visit))
        }
        console.action("datasets/:name/:version/approve", for: .lead, approve)
    }

    private func version(_ visit: Visit) async throws -> DatasetVersion {
        try await service.version(
            visit.parameters.require("version"), of: visit.parameters.require("name"), in: visit.project.id)
    }

    private func page(_ visit: Visit, _ version: DatasetVersion, problem: String? = nil) async throws -> Page {
        var view = DatasetVersionView(version)
        view.problem = problem
        let counts = version.statistics
        let sizes = [("train", counts.train), ("validation", counts.validation), ("holdout", counts.holdout)]
        let chosen = visit.query("split") ?? sizes.first { $0.1 > 0 }?.0 ?? "train"
        let size = sizes.first { $0.0 == chosen }?.1 ?? 0
        let first = min(max(visit.query("line").flatMap(Int.init) ?? 1, 1), max(size, 1))
        view.lines = DatasetLinesView(
            path: view.path, splits: sizes, chosen: chosen, first: first, perPage: Self.linesOnPage,
            lines: try await lines(version, chosen, first, size))
        // Whoever turns the pages has read what changed.
        if version.number > 1, visit.query("line") == nil {
            view.changes = [
                VersionDiffView(try await service.diff(version, from: nil, project: visit.project.id))
            ]
        }
        view.models = try await tuning.jobs(from: version.id, in: visit.project.id).map {
            .init(path: "/tuning/\($0.id)", name: $0.fineTunedModel ?? $0.baseModel, state: $0.state.rawValue)
        }
        let handle = visit.person.handle.description
        view.isBuilder = version.builtBy == handle
        view.mayApprove =
            visit.role.may(.lead) && !view.isBuilder && version.withdrawn == nil
            && !version.approvals.by.contains(handle)
        view.mayTune = visit.role.may(.engineer) && version.withdrawn == nil && version.approvals.isMet
        return Page("dataset-version", title: "\(version.dataset), version \(version.number)", view: view)
    }

    private func lines(
        _ version: DatasetVersion, _ split: String, _ first: Int, _ size: Int
    ) async throws -> [DatasetLinesView.Line] {
        guard size > 0 else { return [] }
        var lines: [DatasetLinesView.Line] = []
        for number in first...min(first + Self.linesOnPage - 1, size) {
            do {
                lines.append(.init(try await service.explain(version, split: split, line: number)))
            } catch DatasetError.lineUnknown {
                // An erasure took it out.
                lines.append(.init(erased: number))
            }
        }
        return lines
    }

    private func approve(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("note")
        let note = try form.text("note") ?? ""
        guard note.utf8.count <= 1000 else { throw FormError.field("note", "has more than 1000 bytes") }
        let version = try await version(visit)
        do {
            let approved = try await service.approve(
                version, by: visit.person.handle.description, note: note, project: visit.project.id)
            return .seeOther(DatasetPath.version(approved.dataset, approved.number))
        } catch let error as any Explained where error is DatasetError || error is ExportError {
            let explanation = error.explanation
            return .page(
                try await page(
                    visit, version, problem: explanation.sentences))
        }
    }
}
