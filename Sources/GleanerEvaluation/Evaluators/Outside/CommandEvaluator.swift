import Foundation
import GleanerCore
import Subprocess
import SystemPackage

/// Runs a program of the operator's: a line of JSON in for each exchange, a line out for each (`OutsideContract`).
///
/// One run a job, ended after `timeout`. The program inherits the environment without Gleaner's own secrets.
struct CommandEvaluator: Evaluator {
    let name: String
    let version: String
    let measures: [EvaluatorMeasure] = []
    let readsCorrection = true
    /// The program and its arguments.
    let command: [String]
    let timeout: Duration

    private static let largestOutput = 8 << 20

    init(name: String, command: [String], timeout: Duration) {
        self.name = name
        self.command = command
        self.timeout = timeout
        version = EvaluatorVersion.text("1", configuration: command)
    }

    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        func failed(_ reason: String, _ isTransient: Bool) -> [EvaluatorOutcome] {
            exchanges.map { _ in .failed(reason: reason, isTransient: isTransient) }
        }
        guard let program = command.first else { return failed("not_configured", false) }
        var input: [UInt8] = []
        for exchange in exchanges {
            input += (try? OutsideContract.told(exchange).canonicalBytes()) ?? []
            input.append(UInt8(ascii: "\n"))
        }
        switch await run(program, input) {
        case .ended(let output): return OutsideContract.outcomes(Self.lines(output), of: exchanges)
        case .failed(let reason, let isTransient): return failed(reason, isTransient)
        }
    }

    private enum Run: Sendable {
        case ended([UInt8])
        case failed(String, Bool)
    }

    private func run(_ program: String, _ input: [UInt8]) async -> Run {
        await withTaskGroup(of: Run?.self) { group in
            group.addTask {
                do {
                    let result = try await Subprocess.run(
                        program.contains("/") ? .path(FilePath(program)) : .name(program),
                        arguments: Arguments(Array(command.dropFirst())), environment: Self.environment,
                        input: .fileDescriptor(try Self.file(holding: input), closeAfterSpawningProcess: true),
                        output: .bytes(limit: Self.largestOutput), error: .discarded)
                    return result.terminationStatus.isSuccess
                        ? .ended(result.standardOutput) : .failed("exited", false)
                } catch {
                    // Cancelled is what its time being over looks like from here; the clock's own word counts.
                    return Task.isCancelled ? nil : .failed("not_configured", false)
                }
            }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return nil }
                return .failed("timed_out", true)
            }
            let first = await group.next() ?? nil
            // The program is ended with its task.
            group.cancelAll()
            return first ?? .failed("cancelled", true)
        }
    }

    /// A program may end, or be ended, without having read everything. Writing to its pipe would then fail, and with Subprocess
    /// end this process; a file is read as far as it is read. Nobody else sees it: it has no name, and is gone with its reader.
    private static func file(holding input: [UInt8]) throws -> FileDescriptor {
        let path = FilePath(FileManager.default.temporaryDirectory.path).appending("gleaner-\(UUID().uuidString)")
        let descriptor = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
        do {
            try FileManager.default.removeItem(atPath: path.string)
            _ = try descriptor.writeAll(input)
            _ = try descriptor.seek(offset: 0, from: .start)
        } catch {
            try? descriptor.close()
            throw error
        }
        return descriptor
    }

    static func lines(_ output: [UInt8]) -> [JSONValue] {
        output.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
    }

    private static var environment: Environment {
        var changes: [Environment.Key: String?] = [:]
        for name in ProcessInfo.processInfo.environment.keys
        where name.hasPrefix("GLEANER_") || name.hasPrefix("PG") || name == "DATABASE_URL" {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        return .inherit.updating(changes)
    }
}
