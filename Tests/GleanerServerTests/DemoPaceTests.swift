import Testing

@testable import GleanerServer

@Suite("The demo's pace")
struct DemoPaceTests {
    private func configuration(_ environment: [String: String]) throws -> ServerConfiguration {
        try ServerConfiguration(Settings(environment: environment)).atDemoPace
    }

    @Test("where nobody chose, fine-tunes are asked every second and canaries every two")
    func standard() throws {
        let quick = try configuration([:])
        #expect(quick.tuningPoll == .seconds(1))
        #expect(quick.canaryInterval == .seconds(2))
    }

    @Test("what somebody chose stays, also where it is what the default would be")
    func chosen() throws {
        let own = try configuration(["GLEANER_TUNING_POLL": "30s", "GLEANER_CANARY_INTERVAL": "60s"])
        #expect(own.tuningPoll == .seconds(30))
        #expect(own.canaryInterval == .seconds(60))
    }
}
