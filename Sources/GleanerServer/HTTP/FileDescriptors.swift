import Glibc

/// How many files this process may have open, and how many of them clients may use.
enum FileDescriptors {
    /// For PostgreSQL, the journal, the admin listener, refused connections on their way out, and logs.
    static let reserved = 64

    /// Raises the soft limit to the hard one.
    /// - Returns: what is allowed now.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 else {
            return Int(clamping: limit.rlim_cur)
        }
        return Int(clamping: raised.rlim_cur)
    }

    /// A client needs two: one for itself, and one for the provider that answers it.
    static func clients(of allowed: Int) -> Int { max(8, (allowed - reserved) / 2) }
}
