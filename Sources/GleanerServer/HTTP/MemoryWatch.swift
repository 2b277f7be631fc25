import GleanerGateway
import Logging
import ServiceLifecycle

/// Looks at the process's memory four times a second, and sheds load in steps before the limit is reached.
struct MemoryWatch: Service {
    let limit: Int
    let limits: ExchangeLimits
    let connections: Connections
    let logger: Logger
    var used: @Sendable () -> Int = SystemMemory.used

    private static let period = Duration.milliseconds(250)
    /// Trimming walks the allocator's lists, and is not for every look.
    private static let trimEvery = 20

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var looks = 0
            while !Task.isCancelled {
                look(looks)
                looks += 1
                try? await Task.sleep(for: Self.period)
            }
        }
    }

    private func look(_ number: Int) {
        var level = MemoryLevel(used: used(), limit: limit)
        if level > .normal, number.isMultiple(of: Self.trimEvery) || limits.memory == .normal {
            SystemMemory.trim()
            level = MemoryLevel(used: used(), limit: limit)
        }
        if level == .critical { connections.closeIdle() }
        guard level != limits.memory else { return }
        limits.memory = level
        logger.notice(
            "memory in use has reached another step",
            metadata: ["memory.level": "\(level)", "memory.limit": "\(limit)"])
    }
}
