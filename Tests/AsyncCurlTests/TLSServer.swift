import Foundation

/// `openssl s_server` with a fresh self-signed certificate for `localhost`.
struct TLSServer {
    let port: Int
    /// PEM file.
    let certificate: String

    static func with(_ body: (TLSServer) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = directory.appendingPathComponent("cert.pem").path
        let key = directory.appendingPathComponent("key.pem").path
        try await run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
        let port = Int.random(in: 20_000..<30_000)
        let server = process("s_server", "-accept", "\(port)", "-cert", certificate, "-key", key, "-www", "-quiet")
        try server.run()
        defer { server.terminate() }
        try await Task.sleep(for: .milliseconds(300))
        try await body(TLSServer(port: port, certificate: certificate))
    }

    /// Waits by handler: `waitUntilExit` would block a thread of the shared pool.
    private static func run(_ arguments: String...) async throws {
        let process = process(arguments)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    private static func process(_ arguments: String...) -> Process { process(arguments) }
    private static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}
