import Foundation
import Glibc
import Synchronization

/// What a scripted server does with one connection, step by step.
package enum WireStep: Sendable {
    /// Reads one request: head, and a body of `Content-Length`.
    case readRequest
    case send(String)
    case sendBytes([UInt8])
    /// Waits until the test opens the gate of this name.
    case wait(String)
    /// Reads until the peer closes; then opens the gate of this name.
    case awaitClose(String)
    /// Closes with a reset instead of a FIN.
    case reset
}

/// A raw TCP server on loopback that plays scripts: the first connection gets the first script, and so on; the last
/// script serves all further ones.
package final class WireServer: Sendable {
    private struct State {
        var accepted = 0
        var requests: [String] = []
        var gates: Set<String> = []
        var isOpen = true
        var bytesSent = 0
    }
    private let state = Mutex(State())
    private let listener: Int32
    package let port: Int
    private let scripts: [[WireStep]]

    /// - Parameter scripts: one for each connection.
    package init(_ scripts: [[WireStep]]) {
        self.scripts = scripts
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        precondition(bound, "loopback cannot be bound")
        port = Int(UInt16(bigEndian: address.sin_port))
        Foundation.Thread { [self] in acceptAll() }.start()
    }

    package var url: String { "http://127.0.0.1:\(port)/path" }
    package var accepted: Int { state.withLock(\.accepted) }
    package var requests: [String] { state.withLock(\.requests) }
    package var bytesSent: Int { state.withLock(\.bytesSent) }

    package func open(_ gate: String) { state.withLock { _ = $0.gates.insert(gate) } }
    package func isOpen(_ gate: String) -> Bool { state.withLock { $0.gates.contains(gate) || !$0.isOpen } }

    package func stop() {
        state.withLock { $0.isOpen = false }
        // The accepting thread closes the descriptor: closed here, its number could be another server's by then.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else {
                close(listener)
                return
            }
            let number = state.withLock { state in
                state.accepted += 1
                return state.accepted
            }
            let script = scripts[min(number, scripts.count) - 1]
            Foundation.Thread { [self] in
                play(script, on: connection)
                close(connection)
            }.start()
        }
    }

    private func play(_ script: [WireStep], on connection: Int32) {
        for step in script {
            switch step {
            case .readRequest:
                guard let request = readRequest(connection) else { return }
                state.withLock { $0.requests.append(request) }
            case .send(let text): write(Array(text.utf8), to: connection)
            case .sendBytes(let bytes): write(bytes, to: connection)
            case .wait(let gate):
                while !isOpen(gate) { usleep(1000) }
            case .awaitClose(let gate):
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                open(gate)
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            }
        }
    }

    private func write(_ bytes: [UInt8], to connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
            state.withLock { $0.bytesSent += count }
        }
    }

    /// The request as Latin-1, so that every byte is one character; `nil` at the end of the connection.
    private func readRequest(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var wanted: Int?
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while wanted.map({ bytes.count < $0 }) ?? true {
            let count = recv(connection, &buffer, wanted == nil ? 1 : min(buffer.count, wanted! - bytes.count), 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if wanted == nil, bytes.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A] {
                wanted = bytes.count + contentLength(String(decoding: bytes, as: UTF8.self))
            }
        }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private func contentLength(_ head: String) -> Int {
        for line in head.lowercased().components(separatedBy: "\r\n") where line.hasPrefix("content-length:") {
            return Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
        }
        return 0
    }
}
