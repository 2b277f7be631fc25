import Foundation
import Inflate
import SystemPackage

/// A file or standard input, decompressed when it begins as gzip does, read piece by piece.
final class ImportInput {
    /// Of the head by which a file is known again and its layout is seen.
    static let headBytes = 64 << 10

    private let path: String
    private let file: FileDescriptor
    private var inflater: Inflater?
    private var isAtEnd = false
    private var waiting: [[UInt8]] = []
    /// Bytes as they are in the file; `nil` when nobody can know how many will come.
    let size: Int64?
    let modified: Date?
    /// Bytes read of the file.
    private(set) var position: Int64 = 0
    /// The first bytes, decompressed, without a byte order mark.
    private(set) var head: [UInt8] = []

    /// - Parameter path: `-` for standard input.
    init(path: String) throws(ImportError) {
        self.path = path
        do {
            file = path == "-" ? .standardInput : try FileDescriptor.open(path, .readOnly)
            let attributes = path == "-" ? nil : try FileManager.default.attributesOfItem(atPath: path)
            size = (attributes?[.size] as? NSNumber)?.int64Value
            modified = attributes?[.modificationDate] as? Date
        } catch {
            throw .fileUnreadable(path)
        }
        var start = try read(64 << 10)
        // A pipe may bring its first byte alone.
        while start.count < 2, case let more = try read(64 << 10), !more.isEmpty { start += more }
        if start.starts(with: Inflater.magic) {
            inflater = Inflater(limits: .init(bytes: .max, ratio: .max))
            start = try inflated(start)
        }
        while start.count < Self.headBytes, let more = try piece() { start += more }
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start.removeFirst(3) }
        waiting = [start]
        head = Array(start.prefix(Self.headBytes))
    }

    deinit { if path != "-" { try? file.close() } }

    /// The next bytes, a few megabytes at most; `nil` at the end.
    func next() throws(ImportError) -> [UInt8]? {
        waiting.isEmpty ? try piece() : waiting.removeFirst()
    }

    private func piece() throws(ImportError) -> [UInt8]? {
        while !isAtEnd {
            // In small steps where a byte may become a thousand.
            let raw = try read(inflater == nil ? 1 << 20 : 16 << 10)
            if raw.isEmpty {
                isAtEnd = true
                do throws(InflateError) { try inflater?.finish() } catch { throw .gzip(error) }
                return nil
            }
            let bytes = inflater == nil ? raw : try inflated(raw)
            if !bytes.isEmpty { return bytes }
        }
        return nil
    }

    private func read(_ count: Int) throws(ImportError) -> [UInt8] {
        do {
            let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            position += Int64(bytes.count)
            return bytes
        } catch {
            throw .fileUnreadable(path)
        }
    }

    private func inflated(_ raw: [UInt8]) throws(ImportError) -> [UInt8] {
        var found: [UInt8] = []
        do {
            try inflater?.inflate(raw) { found += $0 }
        } catch let error as InflateError {
            throw .gzip(error)
        } catch {
            throw .gzip(.corrupted)
        }
        return found
    }
}

extension RecordLayout {
    /// How records follow each other in a text that begins so.
    static func detected(in head: [UInt8]) -> RecordLayout {
        let text = head.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        switch text.first {
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "{"):
            // A list begins with its kind or with its elements; any other object is a record.
            let start = String(decoding: text.prefix(256), as: UTF8.self)
            return start.prefixMatch(of: /\{\s*(?:"object"\s*:\s*"list"|"data"\s*:\s*\[)/) == nil ? .lines : .list
        default: return text.prefix { $0 != 0x0A }.contains(UInt8(ascii: ",")) ? .csv : .lines
        }
    }
}
