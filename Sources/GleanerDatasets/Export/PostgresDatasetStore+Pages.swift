import AsyncPostgres
import Foundation
import GleanerCore
import NIOCore

extension PostgresDatasetStore {
    /// A file's bytes, a few hundred lines at a time. Pages are read by key, so no transaction stays open for as long
    /// as a slow download takes; a frozen version does not change meanwhile.
    func pieces(of file: ExportFile, _ run: ExportRun) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let cursor = PageCursor(splits: file.split.map { [$0] } ?? run.splits)
        return AsyncThrowingStream { try await page(file, run, cursor) }
    }

    /// Opens a version for reading whole, as an export does.
    func opened(_ version: DatasetVersion, _ format: ExportFormat?, withHoldout: Bool) async throws -> ExportRun {
        try await inSnapshot { connection in
            try await ExportRun.open(version, format, withHoldout: withHoldout, self, on: connection)
        }
    }

    private func page(_ file: ExportFile, _ run: ExportRun, _ cursor: PageCursor) async throws -> ByteBuffer? {
        while let place = cursor.place {
            let rows = try await pool.query(
                """
                SELECT line, content, \(raw: file == .lineage ? "lineage::text" : "NULL::text") AS lineage
                FROM gleaner.examples
                WHERE version_id = \(run.version.id) AND split = \(place.split) AND line > \(Int32(place.after))
                ORDER BY line LIMIT 200
                """)
            guard let last = rows.last else {
                cursor.nextSplit()
                continue
            }
            var piece = ByteBuffer()
            var count = 0
            for row in rows {
                // What the format cannot hold has no line.
                let content = try row.decode("content", as: [UInt8].self)
                guard let written = try? run.rewriter.lines(of: content) else { continue }
                for line in written.lines {
                    count += 1
                    if file == .lineage {
                        piece.writeBytes(try Self.lineage(row, place.split, line: place.lines + count))
                    } else {
                        piece.writeBytes(line)
                    }
                    piece.writeInteger(UInt8(0x0A))
                }
            }
            cursor.advance(to: try last.decode("line"), lines: count)
            if piece.readableBytes > 0 { return piece }
        }
        return nil
    }

    private static func lineage(_ row: PostgresRow, _ split: String, line: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let example: Int = try row.decode("line")
        Array(try row.decode("lineage", as: String.self).utf8).withUnsafeBytes {
            LineageText.append(
                $0, file: ExportFile(split: split).rawValue, line: line, example: example, to: &bytes)
        }
        return bytes
    }
}
