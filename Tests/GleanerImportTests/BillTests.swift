import Foundation
import Testing

@testable import GleanerImport

@Suite("Bills")
struct BillTests {
    private func read(_ text: String) throws -> [BillLine] { try BillFile.reading(Array(text.utf8)) }

    @Test("pages of OpenAI's costs and usage are one bill")
    func pages() throws {
        let costs = """
            {"object":"page","data":[{"object":"bucket","start_time":1764288000,"end_time":1764374400,"results":[
              {"object":"organization.costs.result","amount":{"value":0.06,"currency":"usd"},"line_item":"gpt-4o-mini-2024-07-18, input"},
              {"object":"organization.costs.result","amount":{"value":"0.02","currency":"usd"},"line_item":"gpt-4o-mini-2024-07-18, output"}
            ]}],"has_more":false,"next_page":null}
            """
        let usage = """
            [{"data":[{"start_time":1764288000,"results":[{"object":"organization.usage.completions.result","input_tokens":1000,
              "output_tokens":500,"input_cached_tokens":800,"num_model_requests":5,"model":"gpt-4o-mini-2024-07-18"}]}]}]
            """
        let bill = BillLine.merging(try read(costs) + read(usage))
        #expect(bill.count == 1)
        #expect(bill[0].day == "2025-11-28" && bill[0].model == "gpt-4o-mini-2024-07-18")
        #expect(bill[0].inputTokens == 1000 && bill[0].outputTokens == 500 && bill[0].requests == 5)
        #expect(abs((bill[0].costUSD ?? 0) - 0.08) < 1e-9)
    }

    @Test("exports and plain CSV are read by the names of their columns")
    func csv() throws {
        let export = """
            \u{FEFF}start_time,start_time_iso,amount_value,amount_currency,line_item\r
            1764288000,2025-11-28T00:00:00+00:00,1.5,usd,"gpt-4o, input"\r
            1764288000,2025-11-28T00:00:00+00:00,0.5,usd,"gpt-4o, output"\r
            """
        #expect(try read(export) == [BillLine(day: "2025-11-28", model: "gpt-4o", costUSD: 2)])
        let plain = "date,model,input_tokens,output_tokens,cost\n2025-11-28,m,10,5,\n2025-11-29,m,1,2,0.25\n"
        #expect(
            try read(plain) == [
                BillLine(day: "2025-11-28", model: "m", inputTokens: 10, outputTokens: 5),
                BillLine(day: "2025-11-29", model: "m", inputTokens: 1, outputTokens: 2, costUSD: 0.25),
            ])
    }

    @Test(
        "what is no bill is refused",
        arguments: [
            "", "date,model,cost\n", "date,model,cost\nyesterday,m,1\n", "date,model,cost\n2025-11-28,,1\n",
            "date,model,cost\n2025-11-28,m,much\n", "date,model\n2025-11-28,m\n",
            "date,model,cost,currency\n2025-11-28,m,1,eur\n",
            "{", "{}", "[1]", #"{"data":[{"start_time":1,"results":[{"amount":{"value":1,"currency":"usd"}}]}]}"#,
            #"{"data":[{"start_time":1e300,"results":[]}]}"#, "date,model,cost\n1e300,m,1\n",
        ])
    func refused(_ text: String) { #expect(throws: BillError.self) { try read(text) } }

    private func ours(
        _ model: String = "m", exchanges: Int64 = 10, counted: Int64 = 10, priced: Int64 = 10, input: Int64 = 10_000,
        output: Int64 = 5000, usd: Double = 1
    ) -> LedgerLine {
        LedgerLine(
            day: "2025-11-28", model: model, exchanges: exchanges, counted: counted, priced: priced, inputTokens: input,
            outputTokens: output, costUSD: usd)
    }
    private func theirs(
        _ model: String = "m", requests: Int64? = nil, input: Int64? = 10_000, output: Int64? = 5000, usd: Double? = 1
    ) -> BillLine {
        BillLine(
            day: "2025-11-28", model: model, requests: requests, inputTokens: input, outputTokens: output, costUSD: usd)
    }

    @Test("what is within the tolerance agrees, with a dated name too")
    func agrees() {
        let found = Reconciliation(
            [theirs("m-2025-01-01", input: 10_150, usd: 1.015)], beside: [ours(), ours("other", exchanges: 0, usd: 0)])
        #expect(found.isWithin && found.entries.count == 1 && found.entries[0].reasons.isEmpty)
        #expect(found.entries[0].input == -150 && found.ourUSD == 1 && found.theirUSD == 1.015)
        let strict = Reconciliation([theirs(input: 10_150)], beside: [ours()], tolerance: .init(share: 0.01))
        #expect(!strict.isWithin && abs((strict.entries[0].share ?? 0) + 150 / 10_150) < 1e-9)
    }

    @Test("differences name what is likely behind them")
    func reasons() {
        func reason(_ bill: [BillLine], _ ledger: [LedgerLine]) -> String {
            Reconciliation(bill, beside: ledger).entries.first { !$0.isWithin }?.reasons.joined(separator: "|")
                ?? "none"
        }
        #expect(reason([theirs()], []).contains("no such exchange here"))
        #expect(reason([theirs()], [ours(), ours("extra")]).contains("not on the bill"))
        #expect(reason([theirs(usd: 2)], [ours()]).contains("price table is old"))
        #expect(reason([theirs(usd: 2)], [ours(priced: 4)]).hasPrefix("6 exchanges have no cost"))
        #expect(reason([theirs(input: 20_000)], [ours(counted: 6)]).hasPrefix("4 exchanges say nothing of tokens"))
        #expect(reason([theirs(requests: 25, input: 20_000, usd: nil)], [ours()]).contains("15 calls are not here"))
        #expect(reason([theirs(input: 20_000, usd: nil)], [ours()]).contains("exchanges are missing"))
        #expect(reason([theirs(input: 5000, usd: nil)], [ours()]).contains("more here than billed"))
        #expect(reason([theirs(input: nil, output: nil, usd: 0.5)], [ours()]).contains("more here than billed"))
    }

    @Test("a day that the bill does not have is not compared")
    func days() {
        var yesterday = ours()
        yesterday.day = "2025-11-27"
        #expect(Reconciliation([theirs()], beside: [ours(), yesterday]).entries.count == 1)
    }
}
