import Foundation
import GleanerCore
import GleanerServer
import Testing

/// The reference pages say what the code does.
@Suite("Documentation")
struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func page(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }
    private func sources(_ folders: String...) throws -> String {
        try folders.map { folder in
            let directory = Self.root.appendingPathComponent(folder)
            let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
            return try files.compactMap { $0 as? URL }.filter {
                $0.pathExtension == "swift" || $0.pathExtension == "sql"
            }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        }.joined()
    }

    @Test("every setting is on the configuration page, with its default")
    func settings() throws {
        let text = try page("docs/reference/configuration.md")
        for setting in Setting.all {
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(setting.variable)` |") })
            #expect(row.contains("`\(setting.path)`"))
            #expect(row.contains(setting.standard.map { "`\($0)`" } ?? "–"))
            #expect(row.contains(setting.meaning))
        }
    }

    @Test("every error code is on the errors page")
    func errors() throws {
        let text = try page("docs/reference/errors.md")
        let code = try sources("Sources")
        let patterns = [/status: [a-z0-9.]+, code: "([a-z_]+)",/, /(?:bad|explain)\(\s*(?:\d+, )?"([a-z_]+)",/]
        let found = Set(patterns.flatMap { code.matches(of: $0).map { String($0.1) } })
        #expect(found.count > 40)
        for name in found where !name.hasPrefix("demo_") {
            #expect(text.contains("| `\(name)` |"), "\(name) is missing")
        }
    }

    @Test("every metric is on the metrics page, and none that is not there")
    func metrics() throws {
        let text = try page("docs/reference/metrics.md")
        let code = try sources("Sources/GleanerServer/Admin")
        let inCode = Set(
            code.matches(of: /"(gleaner_[a-z_]+)", \.(?:gauge|counter|histogram)/).map { String($0.1) })
        let onPage = Set(text.matches(of: /(?:\| |, )`(gleaner_[a-z_]+)/).map { String($0.1) })
        #expect(!inCode.isEmpty)
        #expect(inCode == onPage)
    }

    @Test("every route is on the API page")
    func routes() throws {
        let api = try page("docs/reference/api.md")
        let code = try sources(
            "Sources/GleanerGateway", "Sources/GleanerExchanges", "Sources/GleanerFeedback", "Sources/GleanerReview",
            "Sources/GleanerDatasets", "Sources/GleanerTuning", "Sources/GleanerEvaluation", "Sources/GleanerErasure",
            "Sources/GleanerRouting", "Sources/GleanerLoop", "Sources/GleanerAlerts", "Sources/GleanerReport",
            "Sources/GleanerImport",
            "Sources/GleanerModeration",
            "Sources/GleanerServer")
        let routes = code.matches(of: /router\.(get|post|put|delete)\("([^"]+)"/)
        #expect(routes.count > 15)
        for route in routes {
            let path = route.2.replacing(/:([a-z]+)/) { "{\($0.1)}" }
            #expect(
                api.contains("\(route.1.uppercased()) /") && api.contains("/\(path)"), "\(route.1) \(path) is missing")
        }
    }

    @Test("every command of the README's and the reference exists")
    func commands() throws {
        let text = try page("docs/reference/cli.md")
        let code = try sources("Sources/gleaner")
        for name in [
            "up", "serve", "migrate", "doctor", "keys", "people", "provider", "demo", "review", "dataset", "routes",
            "import",
            "prices",
            "moderation", "jobs", "tune", "evaluate", "canary", "loops", "alerts", "erase", "rollups", "report",
            "dashboards", "mail", "reconcile",
        ] {
            #expect(text.contains("`gleaner \(name)"))
            #expect(code.localizedCaseInsensitiveContains("struct \(name)"))
        }
    }
}
