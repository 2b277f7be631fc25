import AsyncPostgres
import Crypto
import Foundation
import GleanerCore
import GleanerIngest

/// One file on its way in: reads records, gathers batches, stores them, and keeps count.
struct ImportRun {
    struct Storing {
        let target: ImportTarget
        let key: ImportStore.Key
    }
    private struct Waiting {
        let exchange: JournaledExchange
        let raw: RawRecord
        let number: Int64
    }

    private(set) var report: ImportReport
    private let format: ImportFormat
    private let context: ImportContext
    private let options: ImportOptions
    private let name: String
    private let store: Storing?
    private let start: ImportCheckpoint?
    private let rejects: RejectedRecords?
    private var head: CSVHead?
    private let layout: RecordLayout
    private var checkpoint = ImportCheckpoint()
    private var hash = SHA256()
    private var waiting: [Waiting] = []
    private var waitingBytes = 0
    private var sinceCheckpoint = 0
    private var isFirstSave = true

    init(
        format: ImportFormat, layout: RecordLayout, context: ImportContext, options: ImportOptions, name: String,
        store: Storing?, start: ImportCheckpoint?, rejects: RejectedRecords?
    ) {
        report = ImportReport(file: name, format: format)
        report.isDryRun = store == nil
        report.resumedFrom = start?.records ?? 0
        self.format = format
        self.layout = layout
        self.context = context
        self.options = options
        self.name = name
        self.store = store
        self.start = start
        self.rejects = rejects
    }

    mutating func take(_ raw: RawRecord) async throws {
        if layout == .csv, head == nil {
            head = CSVHead(raw.bytes)
            return
        }
        report.records += 1
        hash.update(data: raw.bytes)
        hash.update(data: [0x0A])
        if let start, report.records <= start.records {
            if report.records == start.records { try resume(start) }
            return
        }
        do throws(LogError) {
            try read(raw)
        } catch {
            try reject(raw, number: report.records, error)
        }
        sinceCheckpoint += 1
        if waiting.count >= options.batch || waitingBytes >= options.batchBytes || sinceCheckpoint >= 5000 {
            try await flush(isLast: false)
        }
    }

    mutating func finish() async throws {
        if let start, report.records < start.records { throw ImportError.changed(name: name) }
        try await flush(isLast: true)
        if report.rejected > 0 { report.rejectedFile = rejects?.path }
    }

    /// Stores what waits; the import stays unfinished.
    mutating func pause() async throws { try await flush(isLast: false) }

    private mutating func resume(_ start: ImportCheckpoint) throws {
        guard Array(hash.finalize()) == start.hash else { throw ImportError.changed(name: name) }
        report.added = start.added
        report.known = start.known
        report.rejected = start.rejected
        report.skipped = start.records - start.added - start.known - start.rejected
        isFirstSave = false
    }

    private mutating func read(_ raw: RawRecord) throws(LogError) {
        if raw.isTooLong { throw .tooLarge(limit: options.longestRecord) }
        if raw.isCut { throw .cut }
        let bytes = head?.object(raw.bytes) ?? raw.bytes
        guard let logged = try format.reading(bytes, context: context) else {
            report.skipped += 1
            return
        }
        guard Timestamp.isPlausible(logged.receivedAt, now: context.now) else { throw .timeImpossible }
        guard let store else {
            report.added += 1
            return
        }
        let exchange = logged.journaled(
            in: store.target.project, key: nil, source: .imported, namespace: format.namespace)
        waiting.append(Waiting(exchange: exchange, raw: raw, number: report.records))
        waitingBytes += exchange.request.count + exchange.response.count + raw.bytes.count
    }

    private mutating func reject(_ raw: RawRecord, number: Int64, _ error: LogError) throws(ImportError) {
        report.rejected += 1
        report.reasons[error.explanation.code, default: 0] += 1
        try rejects?.add(raw, number: number, error)
    }

    private mutating func flush(isLast: Bool) async throws {
        guard let store else { return }
        do {
            try await write(store)
            checkpoint.records = report.records
            checkpoint.hash = Array(hash.finalize())
            checkpoint.added = report.added
            checkpoint.known = report.known
            checkpoint.rejected = report.rejected
            checkpoint.rejectedBytes = rejects?.bytes ?? 0
            try await store.target.store.save(
                checkpoint, of: store.key, name: name, defaultTime: context.defaultTime, isStart: isFirstSave,
                isFinished: isLast)
        } catch let error as PostgresError where error.isTransient {
            throw ImportError.interrupted(name: name, records: checkpoint.records)
        }
        isFirstSave = false
        sinceCheckpoint = 0
    }

    private mutating func write(_ store: Storing) async throws {
        // A log may hold an exchange twice; a statement takes it once.
        var first: [ID<Exchange>: Waiting] = [:]
        var batch: [Waiting] = []
        for item in waiting {
            let id = item.exchange.intent.id
            if let other = first[id] {
                if other.exchange.isSame(as: item.exchange) {
                    report.known += 1
                } else {
                    try reject(item.raw, number: item.number, .conflict)
                }
            } else {
                first[id] = item
                batch.append(item)
            }
        }
        waiting = []
        waitingBytes = 0
        guard !batch.isEmpty else { return }
        let written = try await store.target.writer.write(batch.map(\.exchange))
        report.added += Int64(written.added.count)
        report.known += Int64(written.known.count)
        report.skipped += Int64(written.erased.count)
        for item in batch {
            let id = item.exchange.intent.id
            if let state = written.refused[id] {
                try reject(item.raw, number: item.number, .refused(sqlState: state))
            } else if written.conflicting.contains(id) {
                try reject(item.raw, number: item.number, .conflict)
            }
        }
    }
}

extension JournaledExchange {
    /// By what ingest compares when an id comes twice.
    fileprivate func isSame(as other: JournaledExchange) -> Bool {
        intent.requestHash == other.intent.requestHash && outcome.responseHash == other.outcome.responseHash
            && intent.receivedAt == other.intent.receivedAt
    }
}

extension [UInt8] {
    var digest: [UInt8] { Array(SHA256.hash(data: self)) }
}

/// The names of a CSV file's columns, by which a row becomes a JSON object.
struct CSVHead {
    private let names: [[UInt8]]

    init(_ row: [UInt8]) {
        names = CSVRow.fields(row).map { field in field.filter { $0 != 0x0D } }
    }

    /// Every field as a string; whoever reads it finds JSON inside of strings, too.
    func object(_ row: [UInt8]) -> [UInt8] {
        var object = JSONObjectText()
        for (name, field) in zip(names, CSVRow.fields(row)) where !field.isEmpty {
            object.set(String(decoding: name, as: UTF8.self), JSONString.literal(field))
        }
        return object.closed
    }
}
