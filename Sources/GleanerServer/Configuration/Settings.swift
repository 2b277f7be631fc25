import Configuration
public import Foundation
import GleanerCore
import SystemPackage

/// The settings in force: environment first, then `gleaner.yaml`, then defaults; each with where it came from.
public struct Settings: Sendable {
    public enum Source: Sendable, Hashable {
        case environment
        case file(String)
        case standard
        case unset
    }
    public struct Value: Sendable, Hashable {
        public let setting: Setting
        public let text: String?
        public let source: Source
    }

    private let environment: [String: String]
    private let file: (reader: ConfigReader, path: String)?

    /// Reads `gleaner.yaml` in the working directory, or the file that `GLEANER_CONFIG` names.
    /// - Throws: when the named file is missing, or a present one is not YAML.
    public static func load(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws(SettingsError) -> Settings {
        let named = environment["GLEANER_CONFIG"]
        let path = named ?? "gleaner.yaml"
        guard named != nil || FileManager.default.fileExists(atPath: path) else {
            return Settings(environment: environment, file: nil)
        }
        do {
            let provider = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
            return Settings(environment: environment, file: (ConfigReader(provider: provider), path))
        } catch {
            throw .file(path: path)
        }
    }

    public init(environment: [String: String]) { self.init(environment: environment, file: nil) }

    private init(environment: [String: String], file: (reader: ConfigReader, path: String)?) {
        self.environment = environment
        self.file = file
    }

    public subscript(_ setting: Setting) -> Value {
        if let text = environment[setting.variable], !text.isEmpty {
            return Value(setting: setting, text: text, source: .environment)
        }
        if let file, let text = Self.text(file.reader, setting) {
            return Value(setting: setting, text: text, source: .file(file.path))
        }
        return Value(setting: setting, text: setting.standard, source: setting.standard == nil ? .unset : .standard)
    }

    /// YAML knows numbers and lists; a setting is text.
    private static func text(_ reader: ConfigReader, _ setting: Setting) -> String? {
        let key = ConfigKey(setting.path.split(separator: ".").map(String.init))
        return reader.string(forKey: key, isSecret: setting.isSecret)
            ?? reader.int(forKey: key).map(String.init)
            ?? reader.stringArray(forKey: key)?.joined(separator: ",")
    }

    // MARK: Reading values

    func text(_ setting: Setting) -> String? { self[setting].text }

    /// - Throws: `.missing` when it is neither set nor has a default.
    public func required(_ setting: Setting) throws(SettingsError) -> String {
        guard let text = self[setting].text else { throw .missing(setting) }
        return text
    }

    func int(_ setting: Setting, atLeast least: Int) throws(SettingsError) -> Int {
        let text = try required(setting)
        guard let value = Int(text), value >= least else {
            throw .invalid(setting, text: text, wanted: "a whole number, at least \(least)")
        }
        return value
    }

    /// `250ms`, `5s`, `10m`, `12h`, `30d`.
    func duration(_ setting: Setting) throws(SettingsError) -> Duration {
        let text = try required(setting)
        let units: [(String, Int)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (unit, milliseconds) in units where text.hasSuffix(unit) {
            // Ten thousand years at most: nothing overflows.
            guard let count = Int(text.dropLast(unit.count)), count > 0, count < 315_576_000_000 / milliseconds * 1000
            else { continue }
            return .milliseconds(count * milliseconds)
        }
        throw .invalid(setting, text: text, wanted: "a duration such as 250ms, 5s or 10m")
    }

    /// `20/s`, `600/m`, `1000/h` or `none`.
    func rate(_ setting: Setting) throws(SettingsError) -> RequestRate {
        let text = try required(setting)
        guard let rate = RequestRate(text) else {
            throw .invalid(setting, text: text, wanted: "a rate such as 20/s, 600/m or 1000/h, or none")
        }
        return rate
    }

    func address(_ setting: Setting) throws(SettingsError) -> ListenAddress {
        let text = try required(setting)
        guard let address = ListenAddress(text) else {
            throw .invalid(setting, text: text, wanted: "host:port, such as 127.0.0.1:8080 or [::1]:8080")
        }
        return address
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: Setting, _ type: Choice.Type
    ) throws(SettingsError) -> Choice where Choice.RawValue == String {
        let text = try required(setting)
        guard let choice = Choice(rawValue: text) else {
            throw .invalid(setting, text: text, wanted: Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return choice
    }
}

/// `host:port`; an IPv6 host stands in brackets.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public let host: String
    public let port: Int

    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
