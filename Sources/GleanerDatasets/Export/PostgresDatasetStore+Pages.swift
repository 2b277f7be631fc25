import AsyncPostgres
import Foundation
import GleanerCore
import NIOCore

extension PostgresDatasetStore {
    /// A file's bytes, a few hundred lines at a time. Pages are read by key, so no transaction stays open for as long
    /// as a slow download takes; a frozen version does not change meanwhile.
    func pieces(of file: ExportFile, _ version: DatasetVersion) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let splits = file == .lineage ? ["train", "validation"] : [file == .train ? "train" : "validation"]
        let cursor = PageCursor(splits: splits)
        return AsyncThrowingStream { try await page(file, version.id, cursor) }
    }

    private func page(_ file: ExportFile, _ version: UUID, _ cursor: PageCursor) async throws -> ByteBuffer? {
        while let (split, after) = cursor.place {
            let rows = try await pool.query(
                """
                SELECT line, content, lineage FROM gleaner.examples
                WHERE version_id = \(version) AND split = \(split) AND line > \(Int32(after)) ORDER BY line LIMIT 200
                """)
            guard let last = rows.last else {
                cursor.nextSplit()
                continue
            }
            cursor.advance(to: try last.decode("line"))
            var piece = ByteBuffer()
            for row in rows {
                if file == .lineage {
                    let lineage = try JSONValue(parsing: row.decode("lineage", as: JSONB.self).bytes)
                    piece.writeBytes(
                        try DatasetVersion.lineageLine(split: split, line: row.decode("line"), lineage: lineage))
                } else {
                    piece.writeBytes(try row.decode("content", as: [UInt8].self))
                }
                piece.writeInteger(UInt8(0x0A))
            }
            return piece
        }
        return nil
    }
}
