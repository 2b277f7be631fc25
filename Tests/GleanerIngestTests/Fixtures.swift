import Crypto
import Foundation
import GleanerCore

extension JournaledExchange {
    static func fixture(
        id: ID<Exchange> = .new(), project: ID<Project> = .new(),
        request: String = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        response: String =
            #"{"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}"#,
        status: ExchangeStatus = .completed, httpStatus: Int = 200, contentType: String = "application/json",
        endpoint: String = "/v1/chat/completions"
    ) -> JournaledExchange {
        JournaledExchange(
            intent: .fixture(id: id, project: project, request: request, endpoint: endpoint),
            outcome: .fixture(status, response: response, httpStatus: httpStatus, contentType: contentType),
            request: Array(request.utf8), response: Array(response.utf8))
    }
}

extension ExchangeIntent {
    static func fixture(
        id: ID<Exchange> = .new(), project: ID<Project> = .new(), request: String,
        endpoint: String = "/v1/chat/completions"
    ) -> ExchangeIntent {
        ExchangeIntent(
            id: id, project: project, key: .new(), receivedAt: id.timestamp, endpoint: endpoint,
            streamed: false, requestedModel: "m", conversation: "c", endUser: "u", tags: ["a", "b"], provider: "p",
            requestHash: Array(SHA256.hash(data: Array(request.utf8))))
    }
}

extension ExchangeOutcome {
    static func fixture(
        _ status: ExchangeStatus = .completed, response: String, httpStatus: Int = 200,
        contentType: String = "application/json"
    ) -> ExchangeOutcome {
        ExchangeOutcome(
            status: status, reason: status == .completed ? nil : "test", httpStatus: httpStatus,
            headers: ["content-type": contentType], duration: .milliseconds(12), timeToFirstToken: nil,
            responseHash: Array(SHA256.hash(data: Array(response.utf8))))
    }
}
