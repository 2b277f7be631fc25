import Foundation
import GleanerCore

extension TrainedJob {
    func document(at now: Date, _ pace: DemoTuning.Pace) -> JSONValue {
        let stage = stage(at: now, pace)
        let isDone = stage == .succeeded
        var error: JSONValue = .null
        if stage == .failed, let fault {
            error = ["code": .string(fault.code), "message": .string(fault.message), "param": .null]
        }
        return [
            "id": .string(id), "object": "fine_tuning.job", "created_at": .integer(createdAt.seconds),
            "finished_at": stage.isEnd ? .integer(now.seconds) : .null, "model": .string(model),
            "fine_tuned_model": isDone ? .string(modelName) : .null, "organization_id": "org-gleaner-demo",
            "status": .string(stage.rawValue), "hyperparameters": hyperparameters,
            "training_file": .string(trainingFile), "validation_file": validationFile.map(JSONValue.string) ?? .null,
            "result_files": isDone ? [.string(resultFile)] : [],
            "trained_tokens": isDone ? .integer(Int64(trainedTokens)) : .null, "error": error, "seed": .integer(seed),
            "method": method, "metadata": metadata, "integrations": [], "estimated_finish": .null,
            "user_provided_suffix": suffix.map(JSONValue.string) ?? .null,
        ]
    }

    private var hyperparameters: JSONValue {
        let kind = method["type"]?.stringValue ?? "supervised"
        var members = method[kind]?["hyperparameters"]?.objectValue ?? [:]
        members["n_epochs"] = .integer(Int64(epochs))
        for name in ["batch_size", "learning_rate_multiplier"] where members[name] == nil { members[name] = "auto" }
        return .object(members)
    }

    /// Newest first.
    func events(at now: Date, _ pace: DemoTuning.Pace) -> [JSONValue] {
        let stage = stage(at: now, pace)
        let progress = progress(at: now, pace)
        var told: [(level: String, message: String, data: JSONValue?)] = [
            ("info", "Created fine-tuning job: \(id)", nil), ("info", "Validating training file: \(trainingFile)", nil),
        ]
        let isValid = fault == nil || fault?.isLate == true
        if isValid, ![.validating].contains(stage), !(stage == .cancelled && progress == 0) {
            told.append(("info", "Files validated, moving job to queued state", nil))
        }
        if progress > 0 || stage == .running { told.append(("info", "Fine-tuning job started", nil)) }
        for point in points where Double(point.step) <= progress * Double(totalSteps) {
            var data: [String: JSONValue] = [
                "step": .integer(Int64(point.step)), "total_steps": .integer(Int64(totalSteps)),
                "train_loss": .number(point.trainLoss), "train_mean_token_accuracy": .number(1 - point.trainLoss),
            ]
            var words = "Step \(point.step)/\(totalSteps): training loss=\(point.trainLoss)"
            if let valid = point.validLoss {
                data["valid_loss"] = .number(valid)
                data["valid_mean_token_accuracy"] = .number(1 - valid)
                words += ", validation loss=\(valid)"
            }
            told.append(("info", words, .object(data)))
        }
        switch stage {
        case .succeeded:
            told.append(("info", "New fine-tuned model created", nil))
            told.append(("info", "The job has successfully completed", nil))
        case .failed: told.append(("error", fault?.message ?? "", nil))
        case .cancelled: told.append(("info", "The job was cancelled", nil))
        default: break
        }
        return told.enumerated().reversed().map { index, event in
            [
                "id": .string("ftevent-\(id.suffix(12))-\(index)"), "object": "fine_tuning.job.event",
                "created_at": .integer(createdAt.seconds + Int64(index)), "level": .string(event.level),
                "message": .string(event.message), "type": event.data == nil ? "message" : "metrics",
                "data": event.data ?? [:],
            ]
        }
    }

    /// Newest first.
    func checkpoints(at now: Date, _ pace: DemoTuning.Pace) -> [JSONValue] {
        guard stage(at: now, pace) == .succeeded else { return [] }
        return checkpoints.reversed().map { step, model in
            let point = points.last { $0.step <= step }
            var metrics: [String: JSONValue] = ["step": .integer(Int64(step))]
            if let point {
                metrics["train_loss"] = .number(point.trainLoss)
                if let valid = point.validLoss {
                    metrics["full_valid_loss"] = .number(valid)
                    metrics["full_valid_mean_token_accuracy"] = .number(1 - valid)
                }
            }
            return [
                "id": .string("ftckpt_\(id.suffix(12))-\(step)"), "object": "fine_tuning.job.checkpoint",
                "created_at": .integer(now.seconds), "fine_tuned_model_checkpoint": .string(model),
                "step_number": .integer(Int64(step)), "metrics": .object(metrics), "fine_tuning_job_id": .string(id),
            ]
        }
    }

    /// The result file: CSV as base64 text, as OpenAI sends it.
    var resultCSV: Data {
        let rows = points.map { point in
            let valid = point.validLoss.map { "\($0),\(1 - $0)" } ?? ","
            return "\(point.step),\(point.trainLoss),\(1 - point.trainLoss),\(valid)\n"
        }
        let text = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n" + rows.joined()
        return Data(Data(text.utf8).base64EncodedString().utf8)
    }
}
