import Foundation
import GleanerCore
import GleanerGateway
import GleanerServer
import Testing

@Suite("Providers as configured")
struct ProviderSettingsTests {
    private static let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "gleaner-providers-\(UUID().uuidString)")

    private func providers(_ environment: [String: String]) throws -> Providers? {
        try ServerConfiguration(Settings(environment: environment)).providers
    }
    private func file(_ text: String, _ name: String = UUID().uuidString) throws -> String {
        try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
        let path = Self.directory.appendingPathComponent(name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("without any there are none, and the demo provider is meant")
    func none() throws { #expect(try providers([:]) == nil) }

    @Test("the one without a name goes by its host and by default")
    func unnamed() throws {
        let all = try #require(try providers(["GLEANER_PROVIDER_URL": "https://api.openai.com/v1/"]))
        #expect(all.default.name == "api.openai.com")
        #expect(all["default"]?.baseURL == "https://api.openai.com/v1")
        #expect(all["api.openai.com"]?.dialect == .openAI)
        #expect(all["other"] == nil)
        #expect(all.names == ["default", "api.openai.com"])
    }

    @Test("named ones have their own URL, key and dialect; the first is the default when none is unnamed")
    func named() throws {
        let environment = [
            "GLEANER_PROVIDERS": "open-ai, anthropic", "GLEANER_PROVIDER_OPEN_AI_URL": "https://a.example/v1",
            "GLEANER_PROVIDER_ANTHROPIC_URL": "https://b.example/v1", "GLEANER_PROVIDER_ANTHROPIC_KEY": "canary-b",
            "GLEANER_PROVIDER_ANTHROPIC_DIALECT": "anthropic",
        ]
        let all = try #require(try providers(environment))
        #expect(all.default.name == "open-ai")
        #expect(all["anthropic"]?.dialect == .anthropic)
        #expect(all["anthropic"]?.key == ProviderKey("canary-b"))
        #expect(all["open-ai"]?.key == nil)
        #expect(all.all.map(\.name) == ["open-ai", "anthropic"])
        let both = try #require(
            try providers(environment.merging(["GLEANER_PROVIDER_URL": "http://127.0.0.1:1/v1"]) { a, _ in a }))
        #expect(both.default.name == "127.0.0.1")
        #expect(both.names == ["default", "127.0.0.1", "open-ai", "anthropic"])
    }

    @Test("gleaner.yaml says the same under providers")
    func yaml() async throws {
        let path = try file(
            """
            providers:
              names: [openai, claude]
              openai:
                url: https://a.example/v1
                key: canary-a
              claude:
                url: https://b.example/v1
                dialect: anthropic
            """, "gleaner.yaml")
        let settings = try await Settings.load(environment: ["GLEANER_CONFIG": path])
        let all = try #require(try ServerConfiguration(settings).providers)
        #expect(all["openai"]?.key == ProviderKey("canary-a"))
        #expect(all["claude"]?.dialect == .anthropic)
        let shown = settings.namedProviderSettings.map { settings[$0] }
        #expect(shown.count == 8)
        #expect(shown.first { $0.setting.variable == "GLEANER_PROVIDER_CLAUDE_URL" }?.source == .file(path))
        #expect(shown.filter { $0.setting.isSecret }.map(\.setting.variable).allSatisfy { $0.hasSuffix("_KEY") })
    }

    @Test(
        "what cannot be used stops the start, names the setting, and shows no secret",
        arguments: [
            (["GLEANER_PROVIDERS": "openai"], "GLEANER_PROVIDER_OPENAI_URL"),
            (["GLEANER_PROVIDERS": "Open AI"], "GLEANER_PROVIDERS"),
            (["GLEANER_PROVIDERS": "default"], "GLEANER_PROVIDERS"),
            (
                ["GLEANER_PROVIDERS": "a-b,a_b", "GLEANER_PROVIDER_A_B_URL": "https://a.example/v1"],
                "GLEANER_PROVIDERS"
            ),
            (["GLEANER_PROVIDERS": "a,a", "GLEANER_PROVIDER_A_URL": "https://a.example/v1"], "GLEANER_PROVIDERS"),
            (
                [
                    "GLEANER_PROVIDERS": "localhost", "GLEANER_PROVIDER_URL": "http://localhost/v1",
                    "GLEANER_PROVIDER_LOCALHOST_URL": "http://a.example/v1",
                ], "GLEANER_PROVIDERS"
            ),
            (["GLEANER_PROVIDER_URL": "ftp://a.example/v1"], "GLEANER_PROVIDER_URL"),
            (["GLEANER_PROVIDER_URL": "https://u:p@a.example/v1"], "GLEANER_PROVIDER_URL"),
            (
                ["GLEANER_PROVIDER_URL": "https://a.example/v1", "GLEANER_PROVIDER_KEY": "canary secret"],
                "GLEANER_PROVIDER_KEY"
            ),
            (
                ["GLEANER_PROVIDER_URL": "https://a.example/v1", "GLEANER_PROVIDER_KEY_FILE": "/does/not/exist"],
                "GLEANER_PROVIDER_KEY_FILE"
            ),
            (
                ["GLEANER_PROVIDER_URL": "https://a.example/v1", "GLEANER_PROVIDER_DIALECT": "gemini"],
                "GLEANER_PROVIDER_DIALECT"
            ),
            (["GLEANER_PROVIDER_CA_FILE": "/dev/null"], "GLEANER_PROVIDER_CA_FILE"),
        ])
    func refused(_ environment: [String: String], _ setting: String) throws {
        let error = #expect(throws: SettingsError.self) { try providers(environment) }
        let text = "\(try #require(error))"
        #expect(text.contains(setting + " "))
        #expect(!text.contains("canary"))
    }

    @Test("a key file goes before the key, and white space around it does not count")
    func keyFile() throws {
        let path = try file("canary-file\n")
        let all = try #require(
            try providers([
                "GLEANER_PROVIDER_URL": "https://a.example/v1", "GLEANER_PROVIDER_KEY": "canary-text",
                "GLEANER_PROVIDER_KEY_FILE": path,
            ]))
        #expect(all.default.key == ProviderKey("canary-file"))
    }

    @Test("reading again takes a new key; a file that has become unusable keeps the old one and says so")
    func reload() throws {
        let a = try file("key-a1")
        let b = try file("key-b1")
        let all = try #require(
            try providers([
                "GLEANER_PROVIDERS": "a,b", "GLEANER_PROVIDER_A_URL": "https://a.example/v1",
                "GLEANER_PROVIDER_B_URL": "https://b.example/v1", "GLEANER_PROVIDER_A_KEY_FILE": a,
                "GLEANER_PROVIDER_B_KEY_FILE": b,
            ]))
        #expect(all.reload() == Providers.Reload())
        try "key-a2".write(toFile: a, atomically: true, encoding: .utf8)
        try "two words".write(toFile: b, atomically: true, encoding: .utf8)
        let reload = all.reload()
        #expect(reload.changed == ["a"])
        #expect(reload.failed == [.unusable(path: b)])
        #expect(all["a"]?.key == ProviderKey("key-a2"))
        #expect(all["b"]?.key == ProviderKey("key-b1"))
        try FileManager.default.removeItem(atPath: b)
        #expect(all.reload().failed == [.unreadable(path: b)])
        #expect(all["b"]?.key == ProviderKey("key-b1"))
        #expect("\(all["a"] as Any)".contains("***"))
    }
}
