public import Foundation
public import GleanerIngest

/// Prices from a file: LiteLLM's table of models, or CSV.
public enum PriceFile {
    public struct Read: Sendable {
        public var prices: [Price] = []
        /// Entries without a price for tokens: images, audio, a sample of the format.
        public var passedOver = 0
    }

    /// - Parameters:
    ///   - provider: of all of them, where the file does not say.
    ///   - start: from when they count, where the file does not say.
    public static func reading(_ bytes: [UInt8], provider: String?, from start: Date) throws(PriceError) -> Read {
        let isJSON = bytes.first { ![0x20, 0x0A, 0x0D, 0x09, 0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "{")
        return isJSON
            ? try table(bytes, provider: provider, from: start) : try rows(bytes, provider: provider, from: start)
    }

    /// LiteLLM's `model_prices_and_context_window.json`: an object of models, US dollars for one token.
    private static func table(_ bytes: [UInt8], provider: String?, from start: Date) throws(PriceError) -> Read {
        let table: JSONText
        do throws(JSONTextError) {
            table = try JSONText(bytes[...])
        } catch {
            throw .fileUnusable(line: nil, problem: "It is not JSON: \(error).")
        }
        var read = Read()
        for member in table.members {
            // The first entry explains the others; its numbers are none.
            guard member.name != "sample_spec", let entry = try? JSONText(member.value),
                let input = million(entry, "input_cost_per_token"),
                let model = try? ModelPattern(member.name),
                let rates = try? TokenRates(
                    input: input, cachedInput: million(entry, "cache_read_input_token_cost"),
                    cacheWrite: million(entry, "cache_creation_input_token_cost"),
                    output: million(entry, "output_cost_per_token") ?? 0)
            else {
                read.passedOver += 1
                continue
            }
            read.prices.append(Price(provider: provider, model: model, effectiveFrom: start, rates: rates))
        }
        return read
    }

    /// For a million tokens, to nine places: a product of doubles has digits that nobody wrote.
    private static func million(_ entry: JSONText, _ name: String) -> Double? {
        guard let cost = try? entry.number(name) else { return nil }
        return (cost * 1_000_000 * 1e9).rounded() / 1e9
    }

    private static func rows(_ bytes: [UInt8], provider: String?, from start: Date) throws(PriceError) -> Read {
        var splitter = RecordSplitter(.csv, longest: 1 << 16)
        var records: [RawRecord] = []
        splitter.feed(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes) { records.append($0) }
        splitter.finish { records.append($0) }
        guard let first = records.first else { throw .fileUnusable(line: nil, problem: "It is empty.") }
        let head = CSVHead(first.bytes)
        var read = Read()
        for record in records.dropFirst() {
            guard let row = try? JSONText(head.object(record.bytes)[...]) else {
                throw .fileUnusable(line: record.line, problem: "It is not a row of CSV in UTF-8.")
            }
            read.prices.append(try price(row, line: record.line, provider: provider, from: start))
        }
        return read
    }

    private static func price(
        _ row: JSONText, line: Int, provider: String?, from start: Date
    ) throws(PriceError) -> Price {
        func number(_ name: String) throws(PriceError) -> Double? {
            guard let text = try? row.string(name) else { return nil }
            guard let number = Double(text), number.isFinite else {
                throw .fileUnusable(line: line, problem: "`\(name)` is not a number.")
            }
            return number
        }
        guard let model = try? row.string("model"), let input = try number("input_usd"),
            let output = try number("output_usd")
        else { throw .fileUnusable(line: line, problem: "It lacks `model`, `input_usd` or `output_usd`.") }
        var time = start
        if let text = try? row.string("effective_from") {
            guard let given = Timestamp.reading(text) else {
                throw .fileUnusable(line: line, problem: "`effective_from` is not ISO 8601.")
            }
            time = given
        }
        return Price(
            provider: (try? row.string("provider")) ?? provider, model: try ModelPattern(model), effectiveFrom: time,
            rates: try TokenRates(
                input: input, cachedInput: number("cached_input_usd"), cacheWrite: number("cache_write_usd"),
                output: output))
    }
}

extension ImportOptions {
    /// ISO 8601, also as a date alone; `nil` for what is none.
    public static func time(_ text: String) -> Date? {
        Timestamp.reading(text.wholeMatch(of: /\d{4}-\d\d-\d\d/) == nil ? text : text + "T00:00:00Z")
    }
}
