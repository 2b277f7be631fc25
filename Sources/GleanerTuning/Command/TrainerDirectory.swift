import Foundation
import GleanerCore
import Glibc

/// The directory of one job of a training program.
struct TrainerDirectory: Sendable {
    let url: URL

    init(_ url: URL) { self.url = url }

    func run(_ number: Int) -> TrainerRun { TrainerRun(url: url.appendingPathComponent("run-\(number)")) }

    /// The newest start, from 1; `nil` when there was none.
    var lastStart: Int? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.compactMap { $0.hasPrefix("run-") ? Int($0.dropFirst(4)) : nil }.max()
    }

    private var cancelMark: URL { url.appendingPathComponent("cancel") }

    /// When it was asked to end.
    var cancelledAt: Date? {
        (try? FileManager.default.attributesOfItem(atPath: cancelMark.path))?[.modificationDate] as? Date
    }

    func markCancelled() throws {
        guard cancelledAt == nil else { return }
        try Data().write(to: cancelMark)
    }

    func write(request: TrainerRequest) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try encoder.encode(request).write(to: url.appendingPathComponent("request.json"), options: .atomic)
    }
}

/// What a training program is asked for: its standard input, and `request.json` in its directory.
struct TrainerRequest: Codable, Sendable {
    var version = 1
    let job: String
    let baseModel: String
    let suffix: String?
    let seed: Int?
    let method: TuningMethod
    let hyperparameters: Hyperparameters
    /// Absolute paths.
    let trainingFile: String
    let validationFile: String?
    /// For checkpoints and whatever else the program keeps; the same at every start of a job.
    let directory: String

    enum CodingKeys: String, CodingKey {
        case version, job, suffix, seed, method, hyperparameters, directory
        case baseModel = "base_model"
        case trainingFile = "training_file"
        case validationFile = "validation_file"
    }

    init(_ order: TuningOrder, directory: URL) {
        job = order.job.description
        baseModel = order.baseModel
        suffix = order.suffix
        seed = order.seed
        method = order.method
        hyperparameters = order.hyperparameters
        trainingFile = order.trainingFile
        validationFile = order.validationFile
        self.directory = directory.path
    }
}

/// Which data directory this is, so that a job that began in another one is known.
enum TrainerPlace {
    static func id(in directory: URL) throws -> String {
        let file = directory.appendingPathComponent("place")
        if let known = read(file) { return known }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let fresh = directory.appendingPathComponent("place.\(UUID().uuidString)")
        try Data(UUID().lowercased.utf8).write(to: fresh)
        // The first one stays.
        link(fresh.path, file.path)
        unlink(fresh.path)
        return try read(file) ?? { throw CocoaError(.fileReadUnknown) }()
    }

    private static func read(_ file: URL) -> String? {
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.count == 36 ? text : nil
    }
}
