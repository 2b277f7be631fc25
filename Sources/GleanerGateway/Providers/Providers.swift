import Synchronization

/// The configured providers by name, with the secrets in force now.
///
/// An exchange takes its provider once per try: a reload never changes a call that is under way.
public final class Providers: Sendable {
    /// A provider, and where its key is read from again.
    public struct Entry: Sendable {
        public let provider: Provider
        /// Path of a file that holds the key alone; `nil` when the key stands in the configuration, or there is none.
        public let keyFile: String?

        public init(_ provider: Provider, keyFile: String? = nil) {
            self.provider = provider
            self.keyFile = keyFile
        }
    }

    /// What reading the secrets again came to.
    public struct Reload: Sendable, Hashable {
        /// Names of providers with a new secret.
        public var changed: [String] = []
        /// Those whose file could not be used; they keep the secret they had.
        public var failed: [ProviderKeyError] = []

        public init() {}
    }

    /// The name that always means the provider of calls that no route takes.
    public static let defaultName = "default"

    private let first: String
    private let entries: Mutex<[String: Entry]>

    /// - Parameters:
    ///   - standard: answers to its own name and to `default`.
    ///   - others: each under a name of its own.
    public init(default standard: Entry, others: [Entry] = []) {
        first = standard.provider.name
        entries = Mutex(
            Dictionary(([standard] + others).map { ($0.provider.name, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    public convenience init(_ provider: Provider) { self.init(default: Entry(provider)) }

    public subscript(name: String) -> Provider? {
        entries.withLock { $0[name == Self.defaultName ? first : name]?.provider }
    }

    public var `default`: Provider {
        guard let provider = self[first] else { preconditionFailure("the default provider is never removed") }
        return provider
    }

    /// What a route may name.
    public var names: Set<String> { entries.withLock { Set($0.keys) }.union([Self.defaultName]) }

    /// Sorted by name, the default one first.
    public var all: [Provider] {
        entries.withLock { entries in
            let others = entries.values.map(\.provider).filter { $0.name != first }.sorted { $0.name < $1.name }
            return (entries[first].map { [$0.provider] } ?? []) + others
        }
    }

    /// Reads every key file again.
    @discardableResult
    public func reload() -> Reload {
        var reload = Reload()
        for (name, entry) in entries.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            guard let path = entry.keyFile else { continue }
            let provider = entry.provider
            do throws(ProviderKeyError) {
                let key = try ProviderKey(file: path)
                guard key != provider.key else { continue }
                let renewed = Provider(
                    name: provider.name, baseURL: provider.baseURL, dialect: provider.dialect, key: key)
                entries.withLock { $0[name] = Entry(renewed, keyFile: path) }
                reload.changed.append(name)
            } catch {
                reload.failed.append(error)
            }
        }
        return reload
    }
}
