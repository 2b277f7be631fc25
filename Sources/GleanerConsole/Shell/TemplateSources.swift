/// Every file of `Templates/`, by the name that pages and partials use.
enum TemplateSources {
    static let all: [String: [UInt8]] = [
        // The frame of every page, and what pages share.
        "layout": PackageResources.layout_mustache,
        "bare": PackageResources.bare_mustache,
        "error": PackageResources.error_mustache,
        // Getting in.
        "sign-in": PackageResources.sign_in_mustache,
        "welcome": PackageResources.welcome_mustache,
        // People.
        "people": PackageResources.people_mustache,
        "account": PackageResources.account_mustache,
    ]
}
