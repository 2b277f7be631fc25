import Foundation
import Glibc
import Subprocess
import SystemPackage

/// Starts a training program in a session of its own, with its output in files, and returns at once.
struct TrainerLaunch: Sendable {
    let command: [String]
    let work: TrainerDirectory
    let number: Int
    let job: String

    /// `mkdir` decides: of two that start the same run, one does. What stands behind `setsid` outlives its parent. It
    /// notes its process group and when that began, waits, whatever signal comes, and notes how the program ended. The
    /// words of the command are passed on as they are.
    private static let script = #"""
        mkdir "$1" 2>/dev/null || exit 0
        exec 1>>"$1/events.jsonl" 2>>"$1/log.txt"
        setsid sh -c '
            trap : TERM INT HUP
            run=$1; request=$2; shift 2
            read -r stat < /proc/$$/stat
            ticks=$(echo "${stat##*) }" | cut -d " " -f 20)
            echo "$$ $ticks" > "$run/pid.new" && mv "$run/pid.new" "$run/pid"
            "$@" < "$request" &
            child=$!
            wait $child; code=$?
            while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
            echo $code > "$run/exit.new" && mv "$run/exit.new" "$run/exit"
        ' trainer "$@" &
        """#

    func launch() async throws {
        let run = work.run(number).url.path
        let request = work.url.appendingPathComponent("request.json").path
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(["-c", Self.script, "launch", run, request] + command),
            environment: environment, workingDirectory: FilePath(work.url.path), input: .none,
            output: .discarded, error: .discarded)
        guard result.terminationStatus.isSuccess else {
            throw DriverFault.notNow("sh: \(result.terminationStatus)", after: nil)
        }
    }

    /// What the operator's environment holds, but none of Gleaner's own secrets.
    private var environment: Environment {
        var changes: [Environment.Key: String?] = [:]
        for name in ProcessInfo.processInfo.environment.keys
        where name.hasPrefix("GLEANER_") || name.hasPrefix("PG") || name == "DATABASE_URL" {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        changes["GLEANER_TUNING_JOB"] = job
        changes["GLEANER_TUNING_DIR"] = work.url.path
        changes["GLEANER_TUNING_START"] = String(number)
        return .inherit.updating(changes)
    }
}
