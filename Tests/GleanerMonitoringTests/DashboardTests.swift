import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDashboards
import GleanerTestSupport
import Testing

@testable import GleanerMonitoring

@Suite("Dashboards", .database)
struct DashboardTests {
    private struct Query: Sendable {
        let place: String
        let sql: String
        /// What variables, annotations and tables find may be names.
        let isOfNumbers: Bool
    }

    private static func document(_ file: Dashboards.File) throws -> JSONValue { try JSONValue(parsing: file.bytes) }

    private static func root() -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// As Grafana fills in what a panel leaves open, with everything chosen.
    private func filled(_ sql: String, _ values: [String: [String]]) -> SQL {
        var text = sql.replacing(/\$__timeFilter\(([a-z_]+)\)/) {
            "\($0.1) BETWEEN now() - interval '90 days' AND now() + interval '1 day'"
        }
        text = text.replacing("$__timeFrom()", with: "now() - interval '90 days'").replacing(
            "$__timeTo()", with: "now() + interval '1 day'")
        for (name, all) in values {
            text = text.replacing("${\(name):sqlstring}", with: all.map { "'\($0)'" }.joined(separator: ","))
        }
        return "\(raw: text)"
    }

    @Test("each has a uid of its own, and each panel a description, a unit and a data source that can be chosen")
    func shape() throws {
        var uids: Set<String> = []
        for file in Dashboards.grafana {
            let board = try Self.document(file)
            let uid = try #require(board["uid"]?.stringValue)
            #expect(uid == "gleaner-\(file.path.dropLast(5))")
            #expect(uids.insert(uid).inserted)
            let panels = try #require(board["panels"]?.arrayValue)
            #expect(panels.count >= 7, "\(file.path)")
            for panel in panels {
                let title = "\(file.path): \(panel["title"]?.stringValue ?? "")"
                #expect((panel["description"]?.stringValue?.count ?? 0) > 10, "\(title)")
                #expect(panel["fieldConfig"]?["defaults"]?["unit"]?.stringValue != nil, "\(title)")
                #expect(panel["targets"]?.arrayValue?.isEmpty == false, "\(title)")
                for target in panel["targets"]?.arrayValue ?? [] {
                    let source = target["datasource"]?["uid"]?.stringValue
                    #expect(source == "${postgres}" || source == "${prometheus}", "\(title)")
                }
            }
        }
        #expect(uids.count == 8)
    }

    /// Rows alone say nothing: an aggregate of no rows is a row.
    @Test("every statement of every panel, variable and annotation finds something in a filled database")
    func statements() async throws {
        let world = try await RollupWorld.filled()
        var queries: [Query] = []
        for file in Dashboards.grafana {
            let board = try Self.document(file)
            for panel in board["panels"]?.arrayValue ?? [] {
                for target in panel["targets"]?.arrayValue ?? [] {
                    guard let sql = target["rawSql"]?.stringValue else { continue }
                    queries.append(
                        Query(
                            place: "\(file.path): \(panel["title"]?.stringValue ?? "")", sql: sql,
                            isOfNumbers: panel["type"]?.stringValue != "table"))
                }
            }
            for variable in board["templating"]?["list"]?.arrayValue ?? []
            where variable["type"]?.stringValue == "query" {
                queries.append(
                    Query(
                        place: "\(file.path): variable", sql: try #require(variable["query"]?.stringValue),
                        isOfNumbers: false))
            }
            for annotation in board["annotations"]?["list"]?.arrayValue ?? [] {
                queries.append(
                    Query(
                        place: "\(file.path): annotation",
                        sql: try #require(annotation["target"]?["rawSql"]?.stringValue), isOfNumbers: false))
            }
        }
        #expect(queries.count > 90)
        var values = ["project": ["default"]]
        for slice in ["route", "variant", "model", "language"] {
            values[slice] = try await world.pool.query(
                "SELECT DISTINCT \(identifier: slice) AS value FROM report.exchanges_daily"
            ).map { try $0.decode("value") }
        }
        for query in queries {
            #expect(!query.sql.contains("gleaner."), "\(query.place) reads more than reports")
            do {
                let found = try await world.number(
                    """
                    SELECT count(*) FILTER (WHERE jsonb_typeof(c.value) = 'number' OR NOT \(query.isOfNumbers) AND c.value <> 'null') AS n
                    FROM (\(sql: filled(query.sql, values))) q CROSS JOIN LATERAL jsonb_each(to_jsonb(q)) c
                    """)
                #expect(found > 0, "\(query.place) found nothing")
            } catch {
                Issue.record("\(query.place): \(error)")
            }
        }
    }

    @Test("every metric that a panel or a rule asks for is one that /metrics prints, or that a rule records")
    func metrics() throws {
        let page = try String(
            contentsOf: Self.root().appendingPathComponent("docs/reference/metrics.md"), encoding: .utf8)
        var known = Set(page.matches(of: /`(gleaner_[a-z_]+)/).map { String($0.1) })
        var asked: [(place: String, expression: String)] = []
        for file in Dashboards.prometheus {
            let text = String(decoding: file.bytes, as: UTF8.self)
            known.formUnion(text.matches(of: /record: (gleaner:[a-z0-9_:]+)/).map { String($0.1) })
            let expressions = text.split(separator: "\n").filter {
                !$0.contains("description:") && !$0.contains("summary:")
            }
            asked.append((file.path, expressions.joined(separator: "\n")))
        }
        for file in Dashboards.grafana {
            for panel in try Self.document(file)["panels"]?.arrayValue ?? [] {
                for target in panel["targets"]?.arrayValue ?? [] {
                    if let expression = target["expr"]?.stringValue { asked.append((file.path, expression)) }
                }
            }
        }
        #expect(asked.count > 20)
        for (place, expression) in asked {
            for match in expression.matches(of: /gleaner[_:][a-z0-9_:]+/) {
                let name = String(match.0)
                let isGroup = ["gleaner_recording", "gleaner_keeping", "gleaner_serving", "gleaner_working"].contains(
                    name)
                let family = name.replacing(/_(bucket|sum|count)$/, with: "")
                #expect(isGroup || known.contains(name) || known.contains(family), "\(place) asks for \(name)")
            }
        }
    }
}
