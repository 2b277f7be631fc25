import Foundation
public import GleanerCore

/// Reads a provider's bill: pages of OpenAI's costs and usage API (JSON), its exports (CSV), or any CSV with a date, a
/// model, and tokens or a cost.
///
/// Source: OpenAI API reference, "Usage": buckets of `organization.costs.result` and `organization.usage.*.result`.
public enum BillFile {
    public static func reading(_ bytes: [UInt8]) throws(BillError) -> [BillLine] {
        let first = bytes.first { ![0x20, 0x0A, 0x0D, 0x09, 0xEF, 0xBB, 0xBF].contains($0) }
        let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        let lines = isJSON ? try pages(bytes) : try rows(bytes)
        guard !lines.isEmpty else { throw .unusable(line: nil, problem: "It holds no line of a bill.") }
        return BillLine.merging(lines)
    }

    // MARK: JSON

    /// One page, or an array of pages.
    private static func pages(_ bytes: [UInt8]) throws(BillError) -> [BillLine] {
        guard
            let document = try? JSONValue(
                parsing: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
        else { throw .unusable(line: nil, problem: "It is not JSON.") }
        let pages = document.arrayValue ?? [document]
        var lines: [BillLine] = []
        for page in pages {
            // A bucket alone is as good as a page.
            for bucket in page["data"]?.arrayValue ?? [page] {
                guard let start = bucket["start_time"]?.doubleValue, (0..<1e11).contains(start),
                    let results = bucket["results"]?.arrayValue
                else {
                    throw .unusable(line: nil, problem: "A bucket lacks `start_time` or `results`.")
                }
                let day = Self.day(of: Date(timeIntervalSince1970: start))
                for result in results { lines.append(try line(result, on: day)) }
            }
        }
        return lines
    }

    private static func line(_ result: JSONValue, on day: String) throws(BillError) -> BillLine {
        var cost: Double?
        if let amount = result["amount"] {
            try check(currency: amount["currency"]?.stringValue, line: nil)
            cost = amount["value"]?.doubleValue ?? amount["value"]?.stringValue.flatMap(Double.init)
            guard cost?.isFinite == true else { throw .unusable(line: nil, problem: "An `amount` has no value.") }
        }
        guard let model = result["model"]?.stringValue ?? result["line_item"]?.stringValue.map(model(ofItem:)) else {
            throw .unusable(
                line: nil,
                problem: "A result names neither `model` nor `line_item`: ask with group_by=model or line_item.")
        }
        func count(_ name: String) -> Int64? { result[name]?.doubleValue.flatMap { Int64(exactly: $0.rounded()) } }
        return BillLine(
            day: day, model: model, requests: count("num_model_requests"), inputTokens: count("input_tokens"),
            outputTokens: count("output_tokens"), costUSD: cost)
    }

    /// `gpt-4o-mini-2024-07-18, input` is of that model.
    static func model(ofItem item: String) -> String {
        item.split(separator: ",", maxSplits: 1).first.map { $0.trimmingCharacters(in: .whitespaces) } ?? item
    }

    // MARK: CSV

    private static let days = ["date", "day", "start_time_iso", "start_time"]
    private static let models = ["model", "line_item", "snapshot_id"]
    private static let requests = ["requests", "num_model_requests", "num_requests"]
    private static let inputs = ["input_tokens", "prompt_tokens", "n_context_tokens_total"]
    private static let outputs = ["output_tokens", "completion_tokens", "n_generated_tokens_total"]
    private static let costs = ["cost", "cost_usd", "amount_value"]

    private static func rows(_ bytes: [UInt8]) throws(BillError) -> [BillLine] {
        var splitter = RecordSplitter(.csv, longest: 1 << 16)
        var records: [RawRecord] = []
        splitter.feed(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes) { records.append($0) }
        splitter.finish { records.append($0) }
        guard let first = records.first else { throw .unusable(line: nil, problem: "It is empty.") }
        let head = CSVHead(first.bytes)
        var lines: [BillLine] = []
        for record in records.dropFirst() {
            guard let row = try? JSONText(head.object(record.bytes)[...]) else {
                throw .unusable(line: record.line, problem: "It is not a row of CSV in UTF-8.")
            }
            lines.append(try line(row, record.line))
        }
        return lines
    }

    private static func line(_ row: JSONText, _ number: Int) throws(BillError) -> BillLine {
        func text(_ names: [String]) -> String? {
            for name in names {
                if let text = try? row.string(name), !text.isEmpty { return text }
            }
            return nil
        }
        func value(_ names: [String]) throws(BillError) -> Double? {
            guard let text = text(names) else { return nil }
            guard let value = Double(text), value.isFinite, abs(value) < 1e15 else {
                throw .unusable(line: number, problem: "`\(names[0])` is not a number.")
            }
            return value
        }
        guard let time = text(days), let day = day(time) else {
            throw .unusable(line: number, problem: "It lacks a date: `date` as 2026-11-29, or `start_time`.")
        }
        guard let model = text(models) else {
            throw .unusable(line: number, problem: "It names neither `model` nor `line_item`.")
        }
        try check(currency: text(["currency", "amount_currency"]), line: number)
        let line = BillLine(
            day: day, model: Self.model(ofItem: model), requests: try value(requests).map { Int64($0) },
            inputTokens: try value(inputs).map { Int64($0) }, outputTokens: try value(outputs).map { Int64($0) },
            costUSD: try value(costs))
        guard line.inputTokens != nil || line.outputTokens != nil || line.costUSD != nil else {
            throw .unusable(line: number, problem: "It has neither tokens nor a cost.")
        }
        return line
    }

    private static func check(currency: String?, line: Int?) throws(BillError) {
        guard let currency, currency.lowercased() != "usd" else { return }
        throw .unusable(
            line: line, problem: "Its currency is \(String(currency.prefix(8))); costs here are US dollars.")
    }

    // MARK: Days

    /// A date, a time, or seconds since 1970.
    private static func day(_ text: String) -> String? {
        if let seconds = Double(text) {
            return (0..<1e11).contains(seconds) ? day(of: Date(timeIntervalSince1970: seconds)) : nil
        }
        return ImportOptions.time(text).map(day(of:))
    }

    static func day(of time: Date) -> String { String(time.ISO8601Format().prefix(10)) }
}

/// A bill that cannot be read.
public enum BillError: Explained, Hashable {
    case unreadable(path: String)
    case unusable(line: Int?, problem: String)

    public var explanation: Explanation {
        switch self {
        case .unreadable(let path):
            Explanation(
                status: 400, code: "bill_unreadable", what: "\(path) cannot be read.",
                why: "It is missing, or not for this user.", fix: "Name the provider's export.")
        case .unusable(let line, let problem):
            Explanation(
                status: 400, code: "bill_unusable",
                what: "The bill cannot be used\(line.map { ", line \($0)" } ?? "").", why: problem,
                fix: "Export costs or usage by day and model; docs/guide/costs.md shows what is read.")
        }
    }
}
