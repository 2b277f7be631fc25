import Foundation
import GleanerCore
import NIOCore
import Testing

@testable import GleanerTuning

@Suite("OpenAI's fine-tuning wire")
struct OpenAIWireTests {
    @Test("a form holds the exact bytes of its file")
    func multipart() {
        var form = Multipart(boundary: "B")
        form.field("purpose", "fine-tune")
        form.file(
            "file", filename: "a\"b.jsonl", contentType: "application/octet-stream",
            Data([0x00, 0x0D, 0x0A, 0x2D, 0x2D, 0x42, 0xFF]))
        var expected = Data(
            ("--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b.jsonl\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n").utf8)
        expected += Data([0x00, 0x0D, 0x0A, 0x2D, 0x2D, 0x42, 0xFF])
        expected += Data("\r\n--B--\r\n".utf8)
        #expect(Data(form.body.readableBytesView) == expected)
        #expect(form.contentType == "multipart/form-data; boundary=B")
    }

    @Test("results are read from CSV and from base64 of it, by column names, empty cells left out")
    func results() throws {
        let csv =
            "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,1.5,0.5,,\n2,0.5,0.75,0.9,0.6\n"
        let plain = ResultFile(Array(csv.utf8)).metrics
        let encoded = ResultFile(Array(Data(csv.utf8).base64EncodedString(options: .lineLength76Characters).utf8))
            .metrics
        #expect(plain == encoded)
        try #require(plain.count == 2)
        #expect(plain[0].step == 1 && plain[0].trainLoss == 1.5 && plain[0].validLoss == nil)
        #expect(plain[1].validLoss == 0.9 && plain[1].validAccuracy == 0.6 && plain[1].trainAccuracy == 0.75)
        let azure = "step,train_loss,train_mean_token_accuracy,full_valid_loss\r\n10,0.25,0.5,0.75\r\n"
        #expect(ResultFile(Array(azure.utf8)).metrics.first?.fullValidLoss == 0.75)
        #expect(ResultFile(Array(azure.utf8)).metrics.first?.trainAccuracy == 0.5)
        for junk in ["", "not a table", "AAAA", "step\n1\n", "a,b\n1,2\n"] {
            #expect(ResultFile(Array(junk.utf8)).metrics.isEmpty, "\(junk)")
        }
    }

    @Test(
        "what is asked again",
        arguments: [
            (429, nil, nil, true), (429, nil, "insufficient_quota", false), (500, nil, nil, true),
            (503, "false", nil, false),
            (400, nil, nil, false), (400, "true", nil, true), (408, nil, nil, true), (409, nil, nil, true),
            (401, nil, nil, false), (429, "true", "insufficient_quota", false),
        ] as [(Int, String?, String?, Bool)])
    func worthIt(_ status: Int, _ header: String?, _ code: String?, _ isWorthIt: Bool) {
        #expect(RetryPolicy.isWorthIt(status: status, shouldRetry: header, code: code) == isWorthIt)
    }

    @Test("pauses: milliseconds before seconds, dates, at most two minutes, else doubling up to eight seconds")
    func pauses() {
        let now = Date(timeIntervalSince1970: 1_445_412_470)
        func pause(_ milliseconds: String?, _ after: String?, _ attempt: Int = 0, _ spread: Double = 0) -> Duration {
            RetryPolicy.pause(attempt: attempt, milliseconds: milliseconds, after: after, now: now, spread: spread)
        }
        #expect(pause("250", "9") == .milliseconds(250))
        #expect(pause(nil, "9") == .seconds(9))
        #expect(pause(nil, "Wed, 21 Oct 2015 07:28:00 GMT") == .seconds(10))
        #expect(pause(nil, "121") == .milliseconds(500))
        #expect(pause(nil, "-3", 1) == .seconds(1))
        #expect(pause("junk", "junk", 2) == .seconds(2))
        #expect(pause(nil, nil, 9) == .seconds(8))
        #expect(pause(nil, nil, 9, 1) == .seconds(6))
    }

    @Test("a job is read from OpenAI's shape and from others'")
    func job() throws {
        func read(_ text: String) throws -> RemoteJob? { RemoteJob(try JSONValue(parsing: Array(text.utf8))) }
        let failed = try #require(
            try read(
                #"{"id":"ftjob-1","status":"failed","created_at":5,"error":{"code":"c","message":"m","param":null}}"#))
        #expect(failed.failure?.code == "c" && failed.failure?.message == "m")
        let fine = try #require(
            try read(
                #"{"id":"ftjob-1","status":"running","error":{},"result_files":[],"fine_tuned_model":null,"trained_tokens":null}"#
            ))
        #expect(fine.failure == nil && fine.model == nil && fine.status == .running)
        let together = try #require(
            try read(
                #"{"id":"ft-1","status":"completed","model_output_name":"me/x","created_at":"2026-01-02T03:04:05Z","error":"why"}"#
            ))
        #expect(together.model == "me/x" && together.status == .succeeded && together.failure?.message == "why")
        #expect(together.createdAt == Date(timeIntervalSince1970: 1_767_323_045))
        #expect(try read(#"{"status":"running"}"#) == nil)
    }

    @Test("failures after hours are explained, with the provider's words kept")
    func explained() {
        let safety = TuningFailure(
            code: nil, message: "Error while running moderation eval refusals_v3: category hate/threatening")
        #expect(safety.why.contains("safety evaluation"))
        let file = TuningFailure(code: "invalid_training_file", message: "… violates our usage policies")
        #expect(file.why.contains("moderation stopped the training file"))
        #expect(file.message == "… violates our usage policies")
        #expect(TuningFailure(code: "insufficient_quota", message: "x").fix.contains("Top it up"))
    }

    @Test(
        "days are days", arguments: [("2027-01-14", true), ("2027-02-30", false), ("soon", false), ("2027-1-4", false)])
    func days(_ text: String, _ isDay: Bool) { #expect(RetirementRadar.isDay(text) == isDay) }

    @Test(
        "hyperparameters outside their range are refused",
        arguments: [
            Hyperparameters(epochs: 0), Hyperparameters(epochs: 51), Hyperparameters(batchSize: 257),
            Hyperparameters(learningRateMultiplier: 0), Hyperparameters(learningRateMultiplier: .infinity),
            Hyperparameters(beta: 1),
        ])
    func ranges(_ hyperparameters: Hyperparameters) {
        #expect(throws: TuningError.self) { try hyperparameters.check(for: .sft) }
    }
}
