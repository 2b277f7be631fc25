import Foundation
import GleanerGateway

/// Providers as configured: the one without a name, and those that `GLEANER_PROVIDERS` names.
extension Settings {
    /// Those named, each once and usable as a name.
    func providerNames() throws(SettingsError) -> [String] {
        var variables: Set<String> = []
        return try (text(.providers) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.map { name throws(SettingsError) in
                let isName = name.wholeMatch(of: /[a-z0-9][a-z0-9_-]{0,31}/) != nil
                guard isName, name != Providers.defaultName, name != "names" else {
                    throw .invalid(
                        .providers, text: name,
                        wanted:
                            "names of at most 32 lower case letters, digits, - and _, none of them `default` or `names`"
                    )
                }
                guard variables.insert(Setting.OfProvider.named(name).url.variable).inserted else {
                    throw .invalid(.providers, text: name, wanted: "names that differ in more than - and _")
                }
                return name
            }
    }

    /// - Returns: `nil` when none is configured. The default is the one without a name, else the first named.
    func configuredProviders() throws(SettingsError) -> Providers? {
        var entries: [Providers.Entry] = []
        if text(.providerURL) != nil {
            let url = try providerURL(.providerURL)
            entries.append(try entry(named: url.host() ?? "provider", .standard))
        }
        for name in try providerNames() {
            guard entries.first?.provider.name != name else {
                throw .invalid(.providers, text: name, wanted: "names other than the host in GLEANER_PROVIDER_URL")
            }
            entries.append(try entry(named: name, .named(name)))
        }
        guard let first = entries.first else { return nil }
        return Providers(default: first, others: Array(entries.dropFirst()))
    }

    /// Of named providers, for `gleaner doctor`.
    public var namedProviderSettings: [Setting] {
        ((try? providerNames()) ?? []).flatMap { Setting.OfProvider.named($0).all }
    }

    private func entry(named name: String, _ settings: Setting.OfProvider) throws(SettingsError) -> Providers.Entry {
        let url = try required(settings.url)
        _ = try providerURL(settings.url)
        let dialect = try choice(settings.dialect, Provider.Dialect.self)
        let file = text(settings.keyFile)
        var key: ProviderKey?
        if let file {
            do throws(ProviderKeyError) {
                key = try ProviderKey(file: file)
            } catch {
                throw .invalid(settings.keyFile, text: file, wanted: "a readable file with the key alone on one line")
            }
        } else if let secret = text(settings.key) {
            guard let usable = ProviderKey(checking: secret) else {
                throw .invalid(settings.key, text: secret, wanted: "visible ASCII characters")
            }
            key = usable
        }
        return Providers.Entry(Provider(name: name, baseURL: url, dialect: dialect, key: key), keyFile: file)
    }

    private func providerURL(_ setting: Setting) throws(SettingsError) -> URL {
        let text = try required(setting)
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil,
            url.user() == nil, url.query() == nil
        else { throw .invalid(setting, text: text, wanted: "an http or https URL up to and with /v1") }
        return url
    }

    /// The bundle's path, when there is one that can be used.
    func providerCAFile() throws(SettingsError) -> String? { try certificates(.providerCAFile) }

    func certificates(_ setting: Setting) throws(SettingsError) -> String? {
        guard let path = text(setting) else { return nil }
        let data = FileManager.default.contents(atPath: path) ?? Data()
        guard data.range(of: Data("-----BEGIN CERTIFICATE-----".utf8)) != nil else {
            throw .invalid(setting, text: path, wanted: "a readable PEM file with at least one certificate")
        }
        return path
    }
}
