import CMalloc
import Foundation
import Glibc

/// What the kernel says of this process's memory, in bytes.
enum SystemMemory {
    /// Resident now.
    static func used() -> Int {
        guard let text = read("/proc/self/statm"), let pages = text.split(separator: " ").dropFirst().first,
            let count = Int(pages)
        else { return 0 }
        return count * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The smallest limit of the control groups this process is in; else three quarters of the machine's memory.
    static func limit() -> Int {
        let machine = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        return groupLimit(below: machine) ?? machine / 4 * 3
    }

    /// `nil` when no group limits it below what the machine has.
    private static func groupLimit(below machine: Int) -> Int? {
        var files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        let groups = read("/proc/self/cgroup") ?? ""
        if var path = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(3) {
            while path.count > 1 {
                files.append("/sys/fs/cgroup\(path)/memory.max")
                path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
            }
        }
        let limits = files.compactMap { read($0).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } }
        return limits.filter { $0 > 0 && $0 < machine }.min()
    }

    /// Gives freed memory back to the kernel; the allocator keeps it otherwise, and it would count as used. Takes milliseconds.
    static func trim() { _ = malloc_trim(0) }

    /// Has the allocator give back what lies free at the end of each of its arenas.
    ///
    /// Left to itself it raises the size from which it does so with every large block that is freed, up to 64 MB: batches of
    /// ingest, which run on any thread of the pool, then leave their largest size behind in one arena after another. Whoever
    /// has settings of the allocator in the environment keeps them.
    static func returnFreed() {
        let environment = ProcessInfo.processInfo.environment.keys
        guard !environment.contains(where: { $0.hasPrefix("MALLOC_") || $0 == "GLIBC_TUNABLES" }) else { return }
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 512 << 10)
        mallopt(M_TOP_PAD, 256 << 10)
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
