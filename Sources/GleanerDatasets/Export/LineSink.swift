import Crypto
import GleanerCore

/// Takes the lines of one file: hashes them, counts them, and writes them when there is a file.
final class LineSink {
    /// A write and a hash at a time; one of these is all that a file of any size needs.
    private static let piece = 1 << 20

    private let file: AtomicFile?
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private(set) var bytes: Int64 = 0
    private(set) var rows = 0

    init(_ file: AtomicFile?) {
        self.file = file
        buffer.reserveCapacity(Self.piece + (1 << 16))
    }

    /// - Parameter line: without its newline.
    func add(_ line: UnsafeRawBufferPointer) throws(DatasetError) {
        buffer.append(contentsOf: line)
        try endLine()
    }

    func add(_ write: (inout [UInt8]) -> Void) throws(DatasetError) {
        write(&buffer)
        try endLine()
    }

    private func endLine() throws(DatasetError) {
        buffer.append(0x0A)
        rows += 1
        if buffer.count >= Self.piece { try flush() }
    }

    /// Puts the file in its place, if there is one and it has lines.
    /// - Returns: the hash of all bytes.
    func finish() throws(DatasetError) -> String {
        try flush()
        if rows > 0 { try file?.finish() }
        return hash.finalize().hexadecimal
    }

    private func flush() throws(DatasetError) {
        hash.update(data: buffer)
        bytes += Int64(buffer.count)
        try file?.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
