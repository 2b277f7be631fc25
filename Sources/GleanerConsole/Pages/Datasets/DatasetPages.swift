import Foundation
import GleanerCore
import GleanerDatasets
import HTTPTypes
import Hummingbird

/// `/datasets`: what was frozen for training, and what decides about it.
struct DatasetPages: Sendable {
    struct View: Sendable {
        struct Dataset: Sendable {
            let name: String
            let versions: [Row]
            /// Versions that the list leaves out.
            let more: String?
        }
        struct Row: Sendable {
            let number: Int
            let path: String
            let kind: String
            let train: String
            let validation: String
            let holdout: String
            let anchors: String
            let policy: String
            let builder: String
            let builtAt: String
            let standing: VersionStanding
        }
        struct Policy: Sendable {
            let name: String
            let number: Int
            let keptAt: String
            let path: String
        }
        struct Test: Sendable {
            let name: String
            let texts: String
            let givenAt: String
        }
        let datasets: [Dataset]
        let policies: [Policy]
        let benchmarks: [Test]
        let hasBenchmarks: Bool
        let hasPolicies: Bool
        let mayBuild: Bool
        let first: String
    }

    /// Of each dataset, the newest.
    static let mostVersions = 20

    let service: DatasetService

    func add(to console: ConsoleRouter) {
        console.page("datasets", for: .read, show)
        console.data("datasets/open", for: .read, open)
    }

    private func show(_ visit: Visit) async throws -> Page {
        let project = visit.project.id
        let whole = visit.query("all")
        let versions = Dictionary(grouping: try await service.list(of: project), by: \.dataset)
        let datasets = versions.sorted { $0.key < $1.key }.map { name, versions in
            let shown = name == whole ? versions : Array(versions.prefix(Self.mostVersions))
            return View.Dataset(
                name: name, versions: shown.map(Self.row),
                more: shown.count < versions.count ? Figure.count(versions.count - shown.count) : nil)
        }
        let policies = try await service.policies(of: project).map {
            View.Policy(
                name: $0.name, number: $0.version, keptAt: $0.createdAt.ISO8601Format(),
                path: DatasetPath.preview(datasets.first?.name ?? "default", policy: $0.name))
        }
        let tests = try await service.benchmarks(of: project).map {
            View.Test(name: $0.name, texts: Figure.count($0.texts), givenAt: $0.createdAt.ISO8601Format())
        }
        return Page(
            "datasets", title: "Datasets",
            view: View(
                datasets: datasets, policies: policies, benchmarks: tests, hasBenchmarks: !tests.isEmpty,
                hasPolicies: !policies.isEmpty, mayBuild: visit.role.may(.engineer),
                first: DatasetPath.preview("default")))
    }

    private static func row(_ version: DatasetVersion) -> View.Row {
        let counts = version.statistics
        return View.Row(
            number: version.number, path: DatasetPath.version(version.dataset, version.number),
            kind: version.kind.rawValue, train: Figure.count(counts.train),
            validation: Figure.count(counts.validation), holdout: Figure.count(counts.holdout),
            anchors: Figure.percent(counts.anchorShare), policy: "\(version.policyName)@\(version.policyVersion)",
            builder: version.builtBy ?? Figure.unknown, builtAt: version.createdAt.ISO8601Format(),
            standing: VersionStanding(version))
    }

    /// `?name=`: from a form to the page of that name.
    private func open(_ visit: Visit) async throws -> Response {
        let name = visit.query("name") ?? "default"
        guard DatasetPath.isName(name) else { throw DatasetError.nameInvalid(name) }
        return Response(status: .seeOther, headers: [.location: DatasetPath.preview(name)])
    }
}

/// Whether a version may be used, in a word and with its colour.
struct VersionStanding: Sendable {
    let word: String
    let tone: String

    init(_ version: DatasetVersion) {
        let approvals = version.approvals
        if version.withdrawn != nil {
            (word, tone) = ("withdrawn", "bad")
        } else if !approvals.isMet {
            (word, tone) = ("\(approvals.by.count) of \(approvals.needed) approvals", "warn")
        } else {
            (word, tone) = (approvals.by.isEmpty ? "usable" : "approved", "good")
        }
    }
}

enum DatasetPath {
    static func isName(_ name: String) -> Bool { name.wholeMatch(of: /[a-z0-9_-]{1,63}/) != nil }

    static func version(_ dataset: String, _ number: Int) -> String { "/datasets/\(dataset)/\(number)" }

    static func preview(_ dataset: String, policy: String? = nil) -> String {
        "/datasets/\(dataset)/preview" + (policy.map { "?policy=\(Renderer.encode($0))" } ?? "")
    }
}
