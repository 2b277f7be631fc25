import ArgumentParser
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerGateway
import GleanerMail
import GleanerServer

/// The settings in force and where each comes from, and whether what they point at works.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the settings in force, and check what they point at.")

    @Flag(help: "As JSON.") var json = false

    private struct Line: Encodable {
        let setting: String
        let value: String?
        let from: String
    }
    private struct Check: Encodable {
        let check: String
        let ok: Bool
        let detail: String
    }
    private struct Report: Encodable {
        let settings: [Line]
        let checks: [Check]
    }

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let lines = (Setting.all + environment.settings.namedProviderSettings).map { setting in
            let value = environment.settings[setting]
            let shown = value.text.map { setting.isSecret ? "(set, not shown)" : $0 }
            return Line(setting: setting.variable, value: shown, from: Self.name(value.source))
        }
        let checks =
            await [database(environment), dataDirectory(environment)] + providers(environment) + mail(environment)
        if json {
            try Output.json(Report(settings: lines, checks: checks))
        } else {
            for line in lines {
                print(
                    "\(line.setting.padding(toLength: 38, withPad: " ", startingAt: 0))\(line.value ?? "-")  [\(line.from)]"
                )
            }
            print("")
            for check in checks { print("\(check.ok ? "ok   " : "FAIL ") \(check.check): \(check.detail)") }
        }
        if checks.contains(where: { !$0.ok }) { throw ExitCode(1) }
    }

    private static func name(_ source: Settings.Source) -> String {
        switch source {
        case .environment: "environment"
        case .file(let path): path
        case .standard: "default"
        case .unset: "not set"
        }
    }

    private func database(_ environment: CommandEnvironment) async -> Check {
        do {
            let (version, durability) = try await environment.withDatabase { pool in
                let row = try await pool.query(
                    """
                    SELECT current_setting('server_version') AS version,
                           current_setting('fsync') || '/' || current_setting('synchronous_commit') AS durability
                    """)[0]
                return (try row.decode("version", as: String.self), try row.decode("durability", as: String.self))
            }
            let isDurable = !durability.hasPrefix("off") && !durability.hasSuffix("off")
            return Check(
                check: "database", ok: isDurable,
                detail: "PostgreSQL \(version), fsync/synchronous_commit \(durability)"
                    + (isDurable ? "" : "; a crash may lose committed exchanges"))
        } catch let error as any Explained {
            return Check(check: "database", ok: false, detail: "\(error.explanation.what) \(error.explanation.fix)")
        } catch {
            return Check(check: "database", ok: false, detail: "\(error)")
        }
    }

    private func dataDirectory(_ environment: CommandEnvironment) async -> Check {
        let path = environment.configuration.dataDirectory
        var parent = path
        while !FileManager.default.fileExists(atPath: parent.path), parent.path != "/" {
            parent = parent.deletingLastPathComponent()
        }
        let ok = FileManager.default.isWritableFile(atPath: parent.path)
        return Check(check: "data directory", ok: ok, detail: path.path + (ok ? "" : " is not writable for this user"))
    }

    /// Greets the server and logs in; sends nothing.
    private func mail(_ environment: CommandEnvironment) async -> [Check] {
        guard let mail = environment.configuration.mail else { return [] }
        do throws(MailError) {
            try await SMTPMailer(mail).check()
            return [Check(check: "mail", ok: true, detail: "\(mail.url) takes mail from \(mail.from)")]
        } catch {
            return [Check(check: "mail", ok: false, detail: "\(error.explanation.what) \(error.explanation.fix)")]
        }
    }

    private func providers(_ environment: CommandEnvironment) -> [Check] {
        guard let providers = environment.configuration.providers else {
            return [
                Check(
                    check: "provider", ok: true, detail: "none configured; gleaner up uses the built-in demo provider")
            ]
        }
        return providers.all.map { provider in
            let isPlain = provider.baseURL.hasPrefix("http://")
            return Check(
                check: "provider \(provider.name)", ok: true,
                detail:
                    "\(provider.baseURL), \(provider.dialect.rawValue), \(provider.key == nil ? "no key" : "key set")"
                    + (isPlain ? " (without TLS: only for a provider on this machine or network)" : ""))
        }
    }
}
