import Crypto

/// Size and hash of a file, from its lines as they go by.
struct LineDigest {
    private var hash = SHA256()
    private(set) var bytes: Int64 = 0
    private(set) var rows = 0
    private(set) var estimatedTokens = 0

    /// - Parameter line: without its newline.
    mutating func add(_ line: [UInt8], estimatedTokens tokens: Int = 0) {
        hash.update(data: line)
        hash.update(data: [0x0A])
        bytes += Int64(line.count) + 1
        rows += 1
        estimatedTokens += tokens
    }

    func file(_ file: ExportFile) -> ExportedFile {
        ExportedFile(
            name: file.rawValue, rows: rows, bytes: bytes, sha256: hash.finalize().hexadecimal,
            estimatedTokens: file == .lineage ? nil : estimatedTokens)
    }
}
