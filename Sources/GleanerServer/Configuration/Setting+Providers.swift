/// Settings of named providers: `GLEANER_PROVIDER_<NAME>_URL` and the like, for each name in `GLEANER_PROVIDERS`.
extension Setting {
    public static let providers = Setting(
        variable: "GLEANER_PROVIDERS", path: "providers.names", standard: nil,
        meaning: "comma separated names of more providers; each has its own _URL, _KEY, _KEY_FILE and _DIALECT")
    public static let providerKeyFile = Setting(
        variable: "GLEANER_PROVIDER_KEY_FILE", path: "provider.key_file", standard: nil,
        meaning: "a file with the secret alone; goes before the key, and is read again on SIGHUP")
    public static let providerDialect = Setting(
        variable: "GLEANER_PROVIDER_DIALECT", path: "provider.dialect", standard: "openai",
        meaning: "how the secret is sent: openai (bearer token), anthropic (x-api-key) or azure (api-key)")
    public static let providerCAFile = Setting(
        variable: "GLEANER_PROVIDER_CA_FILE", path: "provider.ca_file", standard: nil,
        meaning: "PEM file of the authorities that providers' certificates are checked against; unset: the system's")

    /// The settings of one provider.
    struct OfProvider: Sendable {
        let url: Setting
        let key: Setting
        let keyFile: Setting
        let dialect: Setting

        var all: [Setting] { [url, key, keyFile, dialect] }

        static let standard = OfProvider(
            url: .providerURL, key: .providerKey, keyFile: .providerKeyFile, dialect: .providerDialect)

        /// - Parameter name: `-` is `_` in the environment.
        static func named(_ name: String) -> OfProvider {
            func setting(_ part: String, like setting: Setting) -> Setting {
                Setting(
                    variable: "GLEANER_PROVIDER_\(name.uppercased().replacing("-", with: "_"))_\(part.uppercased())",
                    path: "providers.\(name).\(part)", standard: setting.standard, meaning: setting.meaning,
                    isSecret: setting.isSecret)
            }
            return OfProvider(
                url: setting("url", like: .providerURL), key: setting("key", like: .providerKey),
                keyFile: setting("key_file", like: .providerKeyFile),
                dialect: setting("dialect", like: .providerDialect))
        }
    }
}
