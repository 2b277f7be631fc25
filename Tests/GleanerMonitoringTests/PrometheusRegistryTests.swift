import CoreMetrics
import Testing

@testable import GleanerMonitoring

@Suite("Metrics for Prometheus")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry([
        MetricFamily("call_seconds", .histogram(bounds: [0.00025, 0.001, 1], ticks: 1e9), "How long."),
        MetricFamily("cost_usd", .histogram(bounds: [0.01, 1], ticks: 1e9), "How much."),
        MetricFamily("ends_total", .counter, "How many."),
    ])

    @Test("times fall into buckets that add up, and a bound belongs to the bucket it ends")
    func times() {
        let timer = Timer(label: "call_seconds", dimensions: [("provider", "openai")], factory: registry)
        for nanoseconds: Int64 in [1, 250_000, 250_001, 999_999, 2_000_000_000] { timer.recordNanoseconds(nanoseconds) }
        #expect(
            registry.text.contains(
                """
                # HELP call_seconds How long.
                # TYPE call_seconds histogram
                call_seconds_bucket{provider="openai",le="0.00025"} 2
                call_seconds_bucket{provider="openai",le="0.001"} 4
                call_seconds_bucket{provider="openai",le="1.0"} 4
                call_seconds_bucket{provider="openai",le="+Inf"} 5
                call_seconds_sum{provider="openai"} 2.001500001
                call_seconds_count{provider="openai"} 5

                """))
    }

    @Test("amounts are exact to a billionth, and what is no number is left out")
    func amounts() {
        let recorder = Recorder(label: "cost_usd", factory: registry)
        for _ in 0..<10 { recorder.record(0.1) }
        recorder.record(Double.nan)
        #expect(registry.text.contains("cost_usd_sum 1.0\ncost_usd_count 10\n"))
    }

    @Test("amounts that nobody could mean count once each, and overflow nothing")
    func absurd() {
        let recorder = Recorder(label: "cost_usd", factory: registry)
        for amount in [1e300, -1e300, 1e18, .infinity, -.infinity, .greatestFiniteMagnitude] { recorder.record(amount) }
        for _ in 0..<20_000 { recorder.record(1e300) }
        #expect(registry.text.contains("cost_usd_count 20004\n"))
    }

    @Test("counters with equal labels are one, and quotes in a label are escaped")
    func counters() {
        for _ in 0..<3 {
            Counter(label: "ends_total", dimensions: [("status", "a\"b\\c\n")], factory: registry).increment()
        }
        #expect(registry.text.contains(#"ends_total{status="a\"b\\c\n"} 3"# + "\n"))
    }

    @Test("a name that is not declared is not printed, and many names share one set of labels")
    func bounds() {
        Counter(label: "other_total", factory: registry).increment()
        for number in 0..<200 {
            Counter(label: "ends_total", dimensions: [("status", "s\(number)")], factory: registry).increment()
        }
        let lines = registry.text.split(separator: "\n").filter { $0.hasPrefix("ends_total{") }
        #expect(lines.count == PrometheusRegistry.mostSeries + 1)
        #expect(lines.contains(#"ends_total{status="(others)"} 136"#))
        #expect(!registry.text.contains("other_total"))
    }

    @Test("nothing is lost of what many record at once")
    func concurrent() async {
        let timer = Timer(label: "call_seconds", factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { timer.recordNanoseconds(1_000) } } }
        }
        #expect(registry.text.contains("call_seconds_count 80000\n"))
        #expect(registry.text.contains("call_seconds_sum 0.08\n"))
    }
}
