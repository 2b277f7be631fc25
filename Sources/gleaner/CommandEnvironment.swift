import AsyncPostgres
import Foundation
import GleanerCore
import GleanerServer
import Logging

/// What every command starts from: settings, checked, and a logger on standard error.
struct CommandEnvironment: Sendable {
    let settings: Settings
    let configuration: ServerConfiguration
    let logger: Logger

    /// Who acts, for what is kept of it.
    static var actor: String { "cli:\(ProcessInfo.processInfo.userName)" }

    static func load() async throws -> CommandEnvironment {
        let settings = try await Settings.load()
        let configuration = try ServerConfiguration(settings)
        LoggingSystem.bootstrap { _ in LineLog(format: configuration.logFormat, level: configuration.logLevel) }
        return CommandEnvironment(settings: settings, configuration: configuration, logger: Logger(label: "gleaner"))
    }

    /// Runs `body` on the configured database, or on the private one if it runs now.
    func withDatabase<Value: Sendable>(_ body: (PostgresPool) async throws -> Value) async throws -> Value {
        let conninfo: String
        if let url = configuration.databaseURL {
            conninfo = url
        } else if let postgres = try await PrivatePostgres.running(in: configuration.dataDirectory, logger: logger) {
            conninfo = postgres.conninfo
        } else {
            throw CommandError.noDatabase(directory: configuration.dataDirectory.path)
        }
        return try await PostgresPool.withPool(PostgresConfiguration(conninfo: conninfo), logger: logger, body)
    }
}

enum CommandError: Explained, Hashable {
    case noDatabase(directory: String)
    case gatewayDown(url: String)
    case scopeUnknown(String)
    case notFound(String)
    case unusable(String, fix: String)

    var explanation: Explanation {
        switch self {
        case .noDatabase(let directory):
            Explanation(
                status: 503, code: "no_database", what: "There is no database to work on.",
                why: "DATABASE_URL is not set, and no private PostgreSQL runs in \(directory).",
                fix: "Start `gleaner up` in another terminal, or set DATABASE_URL.")
        case .gatewayDown(let url):
            Explanation(
                status: 503, code: "gateway_down", what: "No Gleaner answers at \(url).",
                why: "The demo sends real HTTP to a running gateway.",
                fix: "Start `gleaner up` in another terminal (or `make run`), then try again.")
        case .scopeUnknown(let name):
            Explanation(
                status: 400, code: "scope_unknown", what: "There is no scope `\(name)`.",
                why: "Scopes are: \(Scope.allCases.map(\.rawValue).joined(separator: ", ")).", fix: "Use one of these.")
        case .notFound(let what):
            Explanation(
                status: 404, code: "not_found", what: "\(what) was not found.", why: "The name or number is wrong.",
                fix: "`gleaner dataset list` shows what there is.")
        case .unusable(let what, let fix):
            Explanation(status: 400, code: "unusable", what: what, why: "It cannot be used as it is.", fix: fix)
        }
    }
}

/// Standard output for people and for scripts.
enum Output {
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// A pipe is buffered by blocks; who waits for a line must get it.
    static func flush() { fflush(nil) }

    /// Standard output is a terminal: progress may be redrawn in place.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
