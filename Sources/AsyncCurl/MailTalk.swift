import CLibcurl
import NIOCore
import Synchronization

/// What a server said during a mail, read on libcurl's thread and looked at when the transfer has ended.
final class MailTalk: Sendable {
    private struct State {
        var refusal: CurlMailReply?
        var hasSpoken = false
        var code: Int32 = 0
    }
    private let state = Mutex(State())

    func read(line: [UInt8]) {
        guard let reply = CurlMailReply(line: line) else { return }
        state.withLock { state in
            state.hasSpoken = true
            if reply.code >= 400 {
                state.refusal = reply
            } else if reply.code != 221 {  // good bye, after a refusal too
                state.refusal = nil
            }
        }
    }

    func ended(with code: Int32) { state.withLock { $0.code = code } }

    func error(_ error: CurlError) -> CurlMailError {
        let (refusal, code, hasSpoken) = state.withLock { ($0.refusal, CURLcode(UInt32($0.code)), $0.hasSpoken) }
        switch code {
        case CURLE_LOGIN_DENIED: return .loginRefused(refusal ?? CurlMailReply(code: 535, words: "no way to log in"))
        case CURLE_USE_SSL_FAILED: return .noEncryption
        case CURLE_OPERATION_TIMEDOUT: return .transfer(.timeout(hasSpoken ? .firstByte : .connect))
        default: return refusal.map { .refused($0) } ?? .transfer(error)
        }
    }
}

extension CurlClient {
    /// Sends `mail`, or only visits the server; returns once the server has taken it.
    ///
    /// Best on a client of its own, without an event loop: libcurl waits for the reply to `QUIT` without giving way.
    public func deliver(_ mail: CurlMail) async throws(CurlMailError) {
        try mail.check()
        let talk = MailTalk()
        let handle: TransferHandle
        do throws(CurlError) {
            handle = try begin(.mail(mail, talk))
        } catch {
            throw .transfer(error)
        }
        let end = await withTaskCancellationHandler {
            await handle.delivery.next()
        } onCancel: {
            handle.cancel()
        }
        if case .failure(let error) = end { throw talk.error(error) }
    }
}
