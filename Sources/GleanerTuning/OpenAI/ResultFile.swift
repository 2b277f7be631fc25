import Foundation
import GleanerCore

/// The metrics of a finished job: CSV, which some providers send as base64 text.
///
/// Source: OpenAI answers base64 for years now, Azure plain CSV; so the first line decides. Columns are read by name, and
/// an empty cell is no number.
struct ResultFile: Sendable {
    let metrics: [TuningMetric]

    init(_ bytes: some Collection<UInt8>) {
        let text = Self.text(Array(bytes))
        var lines = text.split(whereSeparator: \.isNewline)[...]
        guard let head = lines.popFirst() else {
            metrics = []
            return
        }
        let names = head.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces).lowercased()
        }
        metrics = lines.compactMap { line in
            var members: [String: JSONValue] = [:]
            for (name, cell) in zip(names, line.split(separator: ",", omittingEmptySubsequences: false)) {
                if let number = Double(cell.trimmingCharacters(in: .whitespaces)), number.isFinite {
                    members[name] = .number(number)
                }
            }
            return TuningMetric(.object(members))
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var plain = String(decoding: bytes, as: UTF8.self)
        if plain.hasPrefix("\u{FEFF}") { plain.removeFirst() }
        let first = plain.prefix { !$0.isNewline }
        guard !first.contains(","), let data = Data(base64Encoded: plain, options: .ignoreUnknownCharacters) else {
            return plain
        }
        let decoded = String(decoding: data, as: UTF8.self)
        return decoded.hasPrefix("step") ? decoded : plain
    }
}
