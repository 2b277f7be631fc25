import Foundation
import GleanerCore

extension TuningLedger {
    mutating func answerJobs(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        let parts = Array(call.parts.dropFirst())
        guard parts.first == "jobs" else { throw .pathUnknown(call.method, "/v1/" + call.parts.joined(separator: "/")) }
        settle(call)
        if parts.count == 1 { return call.method == "POST" ? try makeJob(call) : listJobs(call) }
        guard let index = jobs.firstIndex(where: { $0.id == parts[1] }) else {
            throw Self.missing("fine-tuning job", parts[1])
        }
        switch (call.method, parts.count > 2 ? parts[2] : "") {
        case ("GET", ""): return answer(jobs[index], call)
        case ("GET", "events"): return Self.page(jobs[index].events(at: call.now, call.pace), call, limit: 20)
        case ("GET", "checkpoints"): return Self.page(jobs[index].checkpoints(at: call.now, call.pace), call, limit: 10)
        case ("POST", "cancel"):
            guard !jobs[index].stage(at: call.now, call.pace).isEnd else {
                throw .invalid("job", "it has ended and cannot be cancelled")
            }
            jobs[index].cancelledAt = call.now
            counts.cancels += 1
            changes += 1
            return answer(jobs[index], call)
        default: throw .pathUnknown(call.method, "/v1/" + call.parts.joined(separator: "/"))
        }
    }

    private func answer(_ job: TrainedJob, _ call: TuningCall) -> ProviderAnswer {
        .whole(job.document(at: call.now, call.pace).wireBytes)
    }

    private func listJobs(_ call: TuningCall) -> ProviderAnswer {
        let wanted = call.query.filter { $0.key.hasPrefix("metadata[") && $0.key.hasSuffix("]") }
        let found = jobs.filter { job in
            wanted.allSatisfy { job.metadata[String($0.key.dropFirst(9).dropLast())]?.stringValue == $0.value }
        }
        return Self.page(found.reversed().map { $0.document(at: call.now, call.pace) }, call, limit: 20)
    }

    /// Result files of jobs that have ended since somebody looked.
    private mutating func settle(_ call: TuningCall) {
        for job in jobs where job.stage(at: call.now, call.pace) == .succeeded {
            guard !files.contains(where: { $0.id == job.resultFile }) else { continue }
            files.append(
                File(
                    id: job.resultFile, filename: "step_metrics.csv", purpose: "fine-tune-results", createdAt: call.now,
                    content: job.resultCSV))
            changes += 1
        }
    }

    // MARK: A new job

    private mutating func makeJob(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        let document = try call.document()
        guard let model = document["model"]?.stringValue else { throw .invalid("model", "it is required") }
        let parent = jobs.first { $0.modelName == model && $0.stage(at: call.now, call.pace) == .succeeded }
        guard let root = parent?.root ?? DemoBot.allCases.first(where: { $0.model == model })?.model else {
            throw ProviderRefusal(
                status: 400, message: "Model \(model) is not available for fine-tuning or does not exist.",
                type: "invalid_request_error", param: "model", code: "model_not_available")
        }
        guard let training = document["training_file"]?.stringValue else {
            throw .invalid("training_file", "it is required")
        }
        let suffix = document["suffix"]?.stringValue
        if let suffix, !(1...64).contains(suffix.count) { throw .invalid("suffix", "1 to 64 characters") }
        let method =
            document["method"] ?? [
                "type": "supervised", "supervised": ["hyperparameters": document["hyperparameters"] ?? [:]],
            ]
        let kind = method["type"]?.stringValue ?? "supervised"
        guard kind == "supervised" || kind == "dpo" else { throw .invalid("method", "expected supervised or dpo") }
        let text = TrainingText(Array(try trainable(training).content), isPreference: kind == "dpo")
        var validation: TrainingText?
        if let id = document["validation_file"]?.stringValue {
            validation = TrainingText(Array(try trainable(id).content), isPreference: kind == "dpo", name: "validation")
        }
        let epochs = try epochs(method[kind]?["hyperparameters"], text.lines.count)
        let batch = Int(method[kind]?["hyperparameters"]?["batch_size"]?.intValue ?? 1)
        let job = Self.train(
            text, validation, .init(epochs: epochs, batch: max(batch, 1)), parent: parent, root: root, suffix: suffix,
            model: model, document, method, call.now)
        jobs.append(job)
        counts.jobs += 1
        changes += 1
        return answer(job, call)
    }

    private func trainable(_ id: String) throws(ProviderRefusal) -> File {
        guard let file = files.first(where: { $0.id == id }) else {
            throw ProviderRefusal(
                status: 400, message: "invalid training_file: \(id)", type: "invalid_request_error",
                param: "training_file", code: "invalid_training_file")
        }
        guard file.purpose == "fine-tune" else { throw .invalid("training_file", "its purpose is not fine-tune") }
        return file
    }

    private func epochs(_ hyperparameters: JSONValue?, _ examples: Int) throws(ProviderRefusal) -> Int {
        guard let wanted = hyperparameters?["n_epochs"], wanted != "auto" else {
            return examples * 3 < 100 ? min(25, 100 / max(examples, 1)) : 3
        }
        guard let epochs = wanted.intValue, (1...50).contains(epochs) else {
            throw .invalid("hyperparameters.n_epochs", "expected 1 to 50 or auto")
        }
        return Int(epochs)
    }

    private struct Course {
        let epochs: Int
        let batch: Int
    }

    private static func train(
        _ text: TrainingText, _ validation: TrainingText?, _ course: Course, parent: TrainedJob?, root: String,
        suffix: String?, model: String, _ document: JSONValue, _ method: JSONValue, _ now: Date
    ) -> TrainedJob {
        var fault = (text.fault ?? validation?.fault).map {
            TrainedJob.Fault(code: $0.code, message: $0.message, isLate: false)
        }
        if suffix == "nasty-validation" {
            fault = .init(
                code: "invalid_training_file", message: "The demo was told to refuse the file.", isLate: false)
        } else if suffix == "nasty-safety", fault == nil {
            fault = .init(
                code: "model_safety",
                message: "Error while running moderation eval refusals_v3 for snapshot: category hate/threatening",
                isLate: true)
        }
        let steps = max(course.epochs * max(text.lines.count, 1) / course.batch, 1)
        return TrainedJob(
            id: id("ftjob-"), model: model, root: root, suffix: suffix, seed: document["seed"]?.intValue ?? 42,
            trainingFile: document["training_file"]?.stringValue ?? "",
            validationFile: document["validation_file"]?.stringValue, method: method,
            metadata: document["metadata"] ?? .null, epochs: course.epochs, createdAt: now,
            // What its parent remembers comes first, and gives way where the new file says something else.
            pairs: (parent?.pairs ?? []).filter { old in !text.pairs.contains { $0.turns == old.turns } } + text.pairs,
            trainedTokens: text.tokens * course.epochs,
            points: fault.map(\.isLate) ?? true ? points(text.pairs, validation?.pairs, steps) : [], totalSteps: steps,
            fault: fault, resultFile: id("file-"))
    }

    /// Ten looks on the way through the file: the share of prompts that do not get their own answer yet.
    private static func points(
        _ pairs: [Memory.Pair], _ validation: [Memory.Pair]?, _ steps: Int
    ) -> [TrainedJob.Point] {
        let looks = min(10, steps)
        let sample = Array((validation ?? []).prefix(100))
        return (1...looks).map { look in
            let learned = Array(pairs.prefix(max(1, pairs.count * look / looks)))
            let memory = Memory(learned)
            func loss(_ pairs: [Memory.Pair]) -> Double {
                let wrong = pairs.count { memory.answer(to: $0.turns) != $0.answer }
                return pairs.isEmpty ? 0 : (Double(wrong) / Double(pairs.count) * 1e4).rounded() / 1e4
            }
            return TrainedJob.Point(
                step: max(steps * look / looks, 1), trainLoss: loss(Array(pairs.prefix(200))),
                validLoss: sample.isEmpty ? nil : loss(sample))
        }
    }
}
