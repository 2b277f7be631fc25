import Foundation
import GleanerCore
import Synchronization
import Testing

@Suite("Identity")
struct IdentityTests {
    @Test("an id carries its time and its shard, and is a UUID of version 7")
    func carries() {
        let before = Date()
        let id = ID<Exchange>.new(on: Shard(0xABC))
        #expect(id.shard == Shard(0xABC))
        #expect(id.isVersion7)
        #expect(abs(id.timestamp.timeIntervalSince(before)) < 5)
        #expect(ID<Exchange>(id.description) == id)
        #expect(ID<Exchange>(bytes: id.bytes) == id)
    }

    @Test("ids sort by time, also when the clock runs backwards")
    func monotonic() {
        let times = [1_000.0, 1_005, 900, 1_006].map { Date(timeIntervalSince1970: $0) }
        let clock = ScriptedClock(times)
        let mint = UUIDv7(now: { clock.next() })
        let ids = times.map { _ in ID<Exchange>(mint.make(shard: Shard(0))) }
        #expect(ids.map { $0.timestamp.timeIntervalSince1970 } == [1_000, 1_005, 1_005, 1_006])
    }

    @Test("any 16 bytes are written as Foundation writes them, in lower case, and sort as bytes do")
    func bytes() {
        let ids = (0..<1000).map { _ in
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
            return ID<Exchange>(bytes: bytes)!
        }
        for (id, other) in zip(ids, ids.reversed()) {
            #expect(id.description == id.uuid.uuidString.lowercased())
            #expect((id < other) == id.bytes.lexicographicallyPrecedes(other.bytes))
            #expect(id.shard.value == Int16(id.bytes[6] & 0x0F) << 8 | Int16(id.bytes[7]))
        }
        #expect(
            ID<Exchange>(bytes: [UInt8](repeating: 0xFF, count: 16))?.timestamp.timeIntervalSince1970
                == 281_474_976_710.655)
    }

    @Test("a hundred thousand ids are all different")
    func unique() {
        #expect(Set((0..<100_000).map { _ in ID<Exchange>.new() }).count == 100_000)
    }

    @Test("what is not a UUID is not an id", arguments: ["", "x", "0190", "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}"])
    func refused(_ text: String) { #expect(ID<Exchange>(text) == nil) }

    @Test("a conversation stays on one shard, and projects are spread apart")
    func shards() throws {
        let (one, other) = (ID<Project>.new(), ID<Project>.new())
        #expect(Shard(project: one, conversation: "c") == Shard(project: one, conversation: "c"))
        // Made with Python's hashlib.
        let known = try #require(ID<Project>("0190a0c0-0000-7000-8000-000000000001"))
        #expect(Shard(project: known, conversation: "chat-1").value == 2828)
        let conversations = (0..<200).map { "conversation-\($0)" }
        let shards = Set(conversations.map { Shard(project: one, conversation: $0).value })
        #expect(shards.count > 150)
        #expect(shards.allSatisfy { (0..<4096).contains($0) })
        #expect(
            conversations.contains { Shard(project: one, conversation: $0) != Shard(project: other, conversation: $0) })
    }
}

private final class ScriptedClock: Sendable {
    private let times: Mutex<[Date]>
    init(_ times: [Date]) { self.times = Mutex(times) }
    func next() -> Date { times.withLock { $0.removeFirst() } }
}
