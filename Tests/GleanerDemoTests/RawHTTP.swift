import Dispatch
import Foundation
import GleanerTestSupport
import Glibc

/// A client made of one blocking socket, so that a test sees what was on the wire and how it ended.
struct RawAnswer: Sendable {
    enum Ending: Sendable, Hashable {
        /// The declared length, or the last chunk, arrived.
        case complete
        /// The connection closed before that.
        case cut
        /// Nothing more came within the client's patience, and the connection is open.
        case silent
    }

    var status: Int?
    /// Names in lower case.
    var headers: [String: String] = [:]
    /// Without transfer framing.
    var body: [UInt8] = []
    var ending: Ending = .cut

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The payloads of the `data:` lines; several lines of one event are joined by a line break.
    var events: [String] {
        text.replacing("\r\n", with: "\n").components(separatedBy: "\n\n").compactMap { block in
            let lines = block.components(separatedBy: "\n").filter { $0.hasPrefix("data:") }
            guard !lines.isEmpty else { return nil }
            return lines.map { $0.dropFirst($0.hasPrefix("data: ") ? 6 : 5) }.joined(separator: "\n")
        }
    }
}

enum RawHTTP {
    /// - Parameters:
    ///   - patience: how long one read waits.
    ///   - enough: once it holds, more than a moment of quiet counts as silence; slow machines get their time before.
    static func send(
        port: Int, method: String = "POST", path: String = "/v1/chat/completions", key: String? = "test",
        headers: [String] = [], body: String = "", patience: Duration = .seconds(10),
        enough: @escaping @Sendable (RawAnswer) -> Bool = { _ in false }
    ) async throws -> RawAnswer {
        let authorization = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let more = headers.map { "\($0)\r\n" }.joined()
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(authorization)\(more)Content-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "raw-http").async {
                continuation.resume(
                    with: Result {
                        try exchange(port: port, request: Array(request.utf8), patience: patience, enough: enough)
                    })
            }
        }
    }

    private static func exchange(
        port: Int, request: [UInt8], patience: Duration, enough: (RawAnswer) -> Bool
    ) throws -> RawAnswer {
        let socket = try RawSocket.connect(port: port, patience: patience)
        defer { close(socket) }
        guard write(socket, request, request.count) == request.count else { throw RawSocket.Failed(what: "write") }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(socket, &buffer, buffer.count)
            if count > 0 { received += buffer[..<count] }
            var answer = parse(received)
            if answer.ending == .complete { return answer }
            if count == 0 || (count < 0 && errno != EAGAIN) { return answer }
            if count < 0 {
                answer.ending = .silent
                return answer
            }
            if enough(answer) { RawSocket.setPatience(of: socket, to: .milliseconds(300)) }
        }
    }

    private static func parse(_ bytes: [UInt8]) -> RawAnswer {
        var answer = RawAnswer()
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return answer }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        answer.status = Int(lines[0].split(separator: " ").dropFirst().first ?? "")
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            answer.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let rest = bytes[end.upperBound...]
        if answer.headers["transfer-encoding"] == "chunked" {
            (answer.body, answer.ending) = unchunked(rest)
        } else {
            answer.body = Array(rest)
            let length = answer.headers["content-length"].flatMap { Int($0) } ?? 0
            answer.ending = rest.count >= length ? .complete : .cut
        }
        return answer
    }

    private static func unchunked(_ bytes: ArraySlice<UInt8>) -> ([UInt8], RawAnswer.Ending) {
        var body: [UInt8] = []
        var rest = bytes
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) ?? 0
            rest = rest[line.upperBound...]
            if size == 0 { return (body, .complete) }
            body += rest.prefix(size)
            guard rest.count >= size + 2 else { break }
            rest = rest.dropFirst(size + 2)
        }
        return (body, .cut)
    }
}
