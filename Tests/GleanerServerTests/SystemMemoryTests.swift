import Dispatch
import Foundation
import Synchronization
import Testing

@testable import GleanerServer

@Suite struct SystemMemoryTests {
    /// Sanitizers bring an allocator of their own, and whoever sets up the allocator keeps what was set.
    private static let isOurs = ProcessInfo.processInfo.environment.keys.allSatisfy {
        !["TSAN_OPTIONS", "ASAN_OPTIONS", "GLIBC_TUNABLES"].contains($0) && !$0.hasPrefix("MALLOC_")
    }

    /// The allocator's own way is to keep up to twice the largest block that was ever freed, in each arena. In a process of
    /// its own: what is resident is all of a process's.
    @Test(.enabled(if: isOurs)) func whatIsFreedGoesBackEvenAfterALargeBlockWas() async {
        await #expect(processExitsWith: .success) {
            SystemMemory.returnFreed()
            let blocks = inAnArenaOfItsOwn {
                free(touched(30 << 20))
                return (0..<48 << 8).map { _ in UInt(bitPattern: touched(4 << 10)) }
            }
            let before = SystemMemory.used()
            for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
            let back = before - SystemMemory.used()
            #expect(back > 32 << 20, "of 48 MB \(back >> 20) went back")
        }
    }
}

/// On a thread that allocates nothing after `body`, which would lie behind what that has left.
private func inAnArenaOfItsOwn(_ body: @escaping @Sendable () -> [UInt]) -> [UInt] {
    let result = Mutex<[UInt]>([])
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        let made = body()
        result.withLock { $0 = made }
        isDone.signal()
    }
    isDone.wait()
    return result.withLock { $0 }
}

private func touched(_ count: Int) -> UnsafeMutableRawPointer {
    let block = malloc(count)!
    memset(block, 1, count)
    return block
}
