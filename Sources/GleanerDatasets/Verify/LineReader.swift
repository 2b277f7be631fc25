import Crypto
import Foundation
import GleanerCore

/// Reads a file of any size line by line, at LF, in flat memory.
final class LineReader {
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(_ file: URL) throws(DatasetError) {
        guard let handle = try? FileHandle(forReadingFrom: file) else { throw .fileUnreadable(path: file.path) }
        self.handle = handle
    }

    deinit { try? handle.close() }

    /// The next line without its LF; `nil` at the end. A last line without LF counts.
    func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return Array(buffer[start...])
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            let more = try handle.read(upToCount: 1 << 18) ?? Data()
            isAtEnd = more.isEmpty
            buffer += more
        }
    }

    static func sha256(of file: URL) throws -> String {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data: data) }
        return hash.finalize().hexadecimal
    }
}
