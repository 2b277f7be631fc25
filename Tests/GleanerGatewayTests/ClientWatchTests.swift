import GleanerCore
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import GleanerGateway

@Suite("A client that leaves")
struct ClientWatchTests {
    private final class Ended: Sendable {
        private let count = Mutex(0)
        var times: Int { count.withLock { $0 } }
        func end() { count.withLock { $0 += 1 } }
    }

    private func admission(_ policy: ClientGonePolicy, maximumDrains: Int = 1) throws -> (Admission, ExchangeLimits) {
        var configuration = LimitConfiguration()
        configuration.clientGone = policy
        configuration.maximumDrains = maximumDrains
        let limits = ExchangeLimits(configuration)
        let caller = Caller(project: .new(), key: .new(), keyName: "k", scopes: [.gateway])
        return (try limits.admit(caller, body: 0), limits)
    }

    @Test("with cancel the call ends at once, and only once")
    func cancel() throws {
        let ended = Ended()
        let watch = ClientWatch(channel: EmbeddedChannel(), admission: try admission(.cancel).0)
        watch.whenGone { ended.end() }
        #expect(!watch.isGone && watch.failure == nil)
        watch.leave(.stalled)
        watch.leave(.left)
        watch.stop()
        #expect(ended.times == 1 && watch.isGone && watch.failure == .clientStalled && !watch.isDraining)
        watch.whenGone { ended.end() }
        #expect(ended.times == 2)
    }

    @Test("with drain the call goes on until its time is up")
    func drain() throws {
        let ended = Ended()
        let watch = ClientWatch(channel: EmbeddedChannel(), admission: try admission(.drain).0)
        watch.whenGone { ended.end() }
        watch.leave(.left)
        #expect(watch.isGone && watch.isDraining && ended.times == 0)
        watch.endDrain(after: .seconds(60))
        #expect(watch.isDraining && ended.times == 0)
        watch.endDrain(after: .zero)
        #expect(!watch.isDraining && ended.times == 1 && watch.failure == .clientGone)
    }

    @Test(
        "no more drain at once than allowed, none while memory is short or the gateway stops; one that ends makes room")
    func drainsAreBounded() throws {
        var (first, limits): (Admission?, ExchangeLimits) = try admission(.drain)
        let caller = Caller(project: .new(), key: .new(), keyName: "k", scopes: [.gateway])
        let second = try limits.admit(caller, body: 0)
        #expect(first?.mayDrain() == true)
        #expect(!second.mayDrain())
        first = nil
        limits.memory = .high
        #expect(!second.mayDrain())
        limits.memory = .normal
        #expect(second.mayDrain())
        limits.stop()
        #expect(!second.mayDrain())
    }

    @Test("a gateway that stops ends the call, and its client is not gone")
    func stop() throws {
        let ended = Ended()
        let watch = ClientWatch(channel: EmbeddedChannel(), admission: nil)
        watch.whenGone { ended.end() }
        watch.stop()
        #expect(ended.times == 1 && !watch.isGone && watch.failure == .gatewayStopping)
        #expect(watch.failure?.ending == .interrupted)
    }

    @Test("without a handler that knows better, the channel's end is the client's")
    func channelCloses() async throws {
        let channel = EmbeddedChannel()
        let watch = ClientWatch(channel: channel, admission: nil)
        channel.embeddedEventLoop.run()
        #expect(!watch.isGone)
        _ = try channel.finish()
        channel.embeddedEventLoop.run()
        #expect(watch.isGone && watch.failure == .clientGone)
    }
}
