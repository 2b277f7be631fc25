public import AsyncPostgres
public import Foundation
public import GleanerCore
public import GleanerIngest
public import Logging

public struct ImportOptions: Sendable {
    /// `nil`: what the first record looks like.
    public var format: ImportFormat?
    /// For records that name no provider.
    public var provider: String?
    /// For records without a time; `nil`: as at the first import of the file, else the file's own time.
    public var defaultTime: Date?
    /// Begins anew where an unfinished import would go on.
    public var restarts = false
    /// Of one record.
    public var longestRecord = 32 << 20
    /// Exchanges that are stored together.
    public var batch = 200
    public var batchBytes = 16 << 20

    public init() {}
}

/// Reads other tools' logs into `exchanges`, in constant memory.
///
/// Goes on where it was stopped: each batch is stored first and then counted in `imports`, so that a crash in between
/// repeats a batch, which finds its rows already there. Ids follow from what a record is called, so a whole second run
/// adds nothing.
public struct Importer: Sendable {
    private let target: ImportTarget?
    private let options: ImportOptions

    /// - Parameters:
    ///   - prices: for the cost of what is imported.
    ///   - redactor: `nil` stores everything as it is in the file.
    ///   - erased: `nil` stores whatever is in the file.
    public init(
        pool: PostgresPool, project: ID<Project>, prices: PriceTable, options: ImportOptions,
        redactor: (any ExchangeRedactor)?, erased: (any ErasedExchanges)? = nil, landed: @escaping ExchangesLanded,
        logger: Logger = Logger(label: "gleaner.import")
    ) {
        target = ImportTarget(
            store: ImportStore(pool: pool),
            writer: ExchangeWriter(
                pool: pool, prices: prices, redactor: redactor, erased: erased, landed: landed, logger: logger),
            project: project)
        self.options = options
    }

    /// Reads and checks only.
    public init(dryRun options: ImportOptions) {
        target = nil
        self.options = options
    }

    /// - Parameters:
    ///   - path: `-` for standard input.
    ///   - rejects: the file for records that are not taken.
    public func run(
        _ path: String, rejects: String, progress: (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        let input = try ImportInput(path: path)
        let layout = RecordLayout.detected(in: input.head)
        var splitter = RecordSplitter(layout, longest: options.longestRecord)
        var run = try await begin(input.head, layout, modified: input.modified, path: path, rejects: rejects)
        var raw: [RawRecord] = []
        do {
            while let piece = try input.next() {
                splitter.feed(piece) { raw.append($0) }
                for record in raw { try await run.take(record) }
                raw.removeAll(keepingCapacity: true)
                progress(ImportProgress(report: run.report, bytes: input.position, size: input.size))
            }
        } catch let error as ImportError {
            // What was read of a damaged file is kept.
            if case .gzip = error { try await run.pause() }
            throw error
        }
        splitter.finish { raw.append($0) }
        for record in raw { try await run.take(record) }
        try await run.finish()
        progress(ImportProgress(report: run.report, bytes: input.position, size: input.size))
        return run.report
    }

    private func begin(
        _ head: [UInt8], _ layout: RecordLayout, modified: Date?, path: String, rejects: String
    ) async throws -> ImportRun {
        let name = path == "-" ? "-" : URL(fileURLWithPath: path).lastPathComponent
        let format = try options.format ?? detect(head, layout, name: name)
        let now = Date()
        let fallback = Timestamp.rounded((options.defaultTime ?? modified ?? now).timeIntervalSince1970.rounded())
        var context = ImportContext(now: now, defaultTime: fallback, provider: options.provider)
        guard let target else {
            return ImportRun(
                format: format, layout: layout, context: context, options: options, name: name, store: nil, start: nil,
                rejects: nil)
        }
        let key = ImportStore.Key(project: target.project, format: format, head: head.digest)
        let found = try await target.store.find(key)
        context.defaultTime = options.defaultTime ?? found?.defaultTime ?? fallback
        let start = found.flatMap { $0.isFinished || options.restarts ? nil : $0.checkpoint }
        let rejected = try RejectedRecords(path: rejects, keeping: start?.rejectedBytes ?? 0)
        let storing = ImportRun.Storing(target: target, key: key)
        return ImportRun(
            format: format, layout: layout, context: context, options: options, name: name, store: storing,
            start: start, rejects: rejected)
    }

    private func detect(_ head: [UInt8], _ layout: RecordLayout, name: String) throws(ImportError) -> ImportFormat {
        var splitter = RecordSplitter(layout, longest: ImportInput.headBytes)
        var records: [RawRecord] = []
        splitter.feed(head) { if records.count < 2 { records.append($0) } }
        // A file may be one line without its end.
        if records.count < 2 { splitter.finish { if records.count < 2 { records.append($0) } } }
        var first = records.first?.bytes ?? []
        if layout == .csv, records.count == 2 {
            first = CSVHead(records[0].bytes).object(records[1].bytes)
        }
        guard let format = ImportFormat.detected(in: first) else { throw .formatUnknown(name: name) }
        return format
    }
}

/// Where exchanges go.
struct ImportTarget: Sendable {
    let store: ImportStore
    let writer: ExchangeWriter
    let project: ID<Project>
}
