import Foundation
import Glibc

/// One start of a training program, as its directory tells it.
struct TrainerRun: Sendable {
    enum State: Sendable, Hashable {
        /// Its directory is there, and it has not said its process id yet.
        case starting
        case running
        case ended(Int32)
        /// Neither a process nor an exit status: the machine went down, or somebody killed all of it.
        case lost
    }

    /// `EX_TEMPFAIL` of sysexits.h: start it again.
    static let tryAgain: Int32 = 75
    /// How long a start may take to say its process id.
    private static let patience = 15.0

    let url: URL

    var startedAt: Date? {
        (try? FileManager.default.attributesOfItem(atPath: url.path))?[.modificationDate] as? Date
    }

    var state: State {
        if let code = exitCode { return .ended(code) }
        if let process { return Self.runs(process) ? .running : exitCode.map(State.ended) ?? .lost }
        guard let startedAt else { return .lost }
        return startedAt.timeIntervalSinceNow > -Self.patience ? .starting : .lost
    }

    /// Everything it wrote that is JSON, and how much was not.
    var words: TrainerWords {
        TrainerWords(FileManager.default.contents(atPath: url.appendingPathComponent("events.jsonl").path) ?? Data())
    }

    func failure(_ words: TrainerWords) -> TuningFailure {
        if let failure = words.failure { return failure }
        let log = FileManager.default.contents(atPath: url.appendingPathComponent("log.txt").path) ?? Data()
        let tail = String(decoding: log.suffix(1500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        switch state {
        case .ended(0):
            return TuningFailure(code: "trainer_no_result", message: "It ended well and named no model. \(tail)")
        case .ended(let code): return TuningFailure(code: "trainer_failed", message: "Exit status \(code). \(tail)")
        default: return TuningFailure(code: "trainer_lost", message: "It ended without an exit status. \(tail)")
        }
    }

    /// To the program and everything it has started.
    func signal(_ signal: Int32) {
        guard let process, Self.runs(process) else { return }
        kill(-process.id, signal)
    }

    // MARK: Its process

    private struct Process {
        let id: pid_t
        /// Of `/proc/PID/stat`: another process may have the id by now.
        let startTicks: String
    }

    private var exitCode: Int32? { text("exit").flatMap { Int32($0) } }

    private var process: Process? {
        guard let parts = text("pid")?.split(separator: " "), parts.count == 2, let id = pid_t(parts[0]), id > 1 else {
            return nil
        }
        return Process(id: id, startTicks: String(parts[1]))
    }

    private static func runs(_ process: Process) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process.id)/stat") else { return false }
        // The name in parentheses may hold spaces; what follows has state first and start time twentieth.
        let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 19 && fields[0] != "Z" && String(fields[19]) == process.startTicks
    }

    private func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: url.appendingPathComponent(name).path)
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
    }
}
