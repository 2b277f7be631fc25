public import HTTPTypes

/// Files that hold what strangers wrote: saved, not shown, and without any right where a browser shows them all the same.
public enum Download {
    /// - Parameter file: a name of ours: letters, digits, dots and hyphens.
    public static func headers(file: String, type: String = "text/plain; charset=utf-8") -> HTTPFields {
        [
            .contentType: type, .contentDisposition: "attachment; filename=\"\(file)\"",
            .contentSecurityPolicy: "sandbox; default-src 'none'", .xContentTypeOptions: "nosniff",
            .cacheControl: "no-store",
        ]
    }
}
