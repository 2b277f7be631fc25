import GleanerConsole
import GleanerCore

/// Settings of the console.
extension Setting {
    public static let publicURL = Setting(
        variable: "GLEANER_PUBLIC_URL", path: "public_url", standard: nil,
        meaning: "where browsers know the console, such as https://gleaner.example; unset: what they send as Host")
    public static let chartScript = Setting(
        variable: "GLEANER_CHART_SCRIPT", path: "chart_script", standard: nil,
        meaning:
            "the file of Chart.js 3 or 4 that the overview draws with; unset: where Debian's libjs-chart.js has it; "
            + "without one, charts are pictures made by the server")
    public static let oidcIssuer = Setting(
        variable: "GLEANER_OIDC_ISSUER", path: "oidc.issuer", standard: nil,
        meaning: "an OpenID Connect provider to sign in with; wants GLEANER_PUBLIC_URL, too")
    public static let oidcClientID = Setting(
        variable: "GLEANER_OIDC_CLIENT_ID", path: "oidc.client_id", standard: nil,
        meaning: "this Gleaner's name at the provider")
    public static let oidcClientSecret = Setting(
        variable: "GLEANER_OIDC_CLIENT_SECRET", path: "oidc.client_secret", standard: nil,
        meaning: "this Gleaner's secret at the provider", isSecret: true)
    public static let oidcName = Setting(
        variable: "GLEANER_OIDC_NAME", path: "oidc.name", standard: "single sign-on", meaning: "the button's words")
    public static let oidcRole = Setting(
        variable: "GLEANER_OIDC_ROLE", path: "oidc.role", standard: nil,
        meaning: "the role of people whom nobody has invited: viewer, reviewer, lead, engineer or admin; unset: none")
}

extension Settings {
    /// `nil` when no provider is set.
    func oidc() throws(SettingsError) -> OIDCConfiguration? {
        guard let issuer = text(.oidcIssuer) else { return nil }
        guard
            issuer.hasPrefix("https://") || issuer.hasPrefix("http://127.0.0.1:")
                || issuer.hasPrefix("http://localhost:")
        else { throw .invalid(.oidcIssuer, text: issuer, wanted: "an https URL") }
        return OIDCConfiguration(
            issuer: issuer, clientID: try required(.oidcClientID),
            clientSecret: OIDCSecret(try required(.oidcClientSecret)), name: try required(.oidcName),
            role: try text(.oidcRole) == nil ? nil : choice(.oidcRole, Role.self),
            publicURL: try requiredPublicURL())
    }

    private func requiredPublicURL() throws(SettingsError) -> String {
        guard let url = try publicURL() else { throw .missing(.publicURL) }
        return url
    }

    /// Without a slash at the end.
    func publicURL() throws(SettingsError) -> String? {
        guard let url = text(.publicURL) else { return nil }
        let plain = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard plain.hasPrefix("https://") || plain.hasPrefix("http://"), plain.split(separator: "/").count == 2 else {
            throw .invalid(.publicURL, text: url, wanted: "scheme and host, such as https://gleaner.example")
        }
        return plain
    }
}
