import HTTPTypes
import Hummingbird
import NIOCore

/// Carries out the steps of an answer on one connection.
struct AnswerPlayer: Sendable {
    /// Ends a response in the middle; Hummingbird closes the connection on any error while it writes a body.
    private struct Cut: Error {}

    let channel: any Channel
    let chunkDelay: Duration

    func play(_ answer: ProviderAnswer) async throws -> Response {
        var rest = answer.steps[...]
        while let step = rest.first {
            switch step {
            case .head(let status, let headers):
                return respond(status: status, headers: headers, body: rest.dropFirst())
            case .bytes: return respond(status: 200, headers: [:], body: rest)
            case .pause(let duration): try await Task.sleep(for: duration)
            case .silence: try await silence()
            case .cut: rest = []
            }
            rest = rest.dropFirst()
        }
        try await channel.close()
        throw Cut()
    }

    private func respond(status: Int, headers: [String: String], body: ArraySlice<ProviderAnswer.Step>) -> Response {
        var fields = HTTPFields()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let status = HTTPResponse.Status(code: status)
        if let whole = Self.whole(body) {
            return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: whole)))
        }
        let delay = headers["content-type"]?.hasPrefix("text/event-stream") == true ? chunkDelay : .zero
        let steps = body
        return Response(
            status: status, headers: fields,
            body: ResponseBody { writer in try await write(steps, delay: delay, to: &writer) })
    }

    /// The body when it is at most one piece with nothing around it; it then goes out with its length.
    private static func whole(_ body: ArraySlice<ProviderAnswer.Step>) -> [UInt8]? {
        switch (body.count, body.first) {
        case (0, _): []
        case (1, .bytes(let bytes)): bytes
        default: nil
        }
    }

    // Hummingbird's writer is not Sendable and its methods run concurrently, so this has to as well.
    @concurrent private func write(
        _ steps: ArraySlice<ProviderAnswer.Step>, delay: Duration, to writer: inout any ResponseBodyWriter
    ) async throws {
        for step in steps {
            switch step {
            case .head: continue
            case .bytes(let bytes):
                if delay > .zero { try await Task.sleep(for: delay) }
                try await writer.write(ByteBuffer(bytes: bytes))
            case .pause(let duration): try await Task.sleep(for: duration)
            case .cut: throw Cut()
            case .silence: try await silence()
            }
        }
        try await writer.finish(nil)
    }

    /// Returns by throwing only: when the client has left, or the provider stops.
    private func silence() async throws {
        while channel.isActive { try await Task.sleep(for: .milliseconds(50)) }
        throw Cut()
    }
}
