import GleanerMonitoring

extension MetricFamily {
    /// What is recorded as it happens. Everything else that `/metrics` prints is read when it is asked for.
    static let all: [MetricFamily] = [
        MetricFamily(
            "gleaner_gateway_overhead_seconds", .histogram(bounds: overhead, ticks: 1e9),
            "What Gleaner took of a call: until the request left for the provider, and until the end was durable."),
        MetricFamily(
            "gleaner_exchange_duration_seconds", .histogram(bounds: seconds, ticks: 1e9),
            "From request sent to last byte."),
        MetricFamily(
            "gleaner_exchange_ttft_seconds", .histogram(bounds: seconds, ticks: 1e9),
            "From request sent to the first bytes of a streamed answer."),
        MetricFamily(
            "gleaner_exchanges_ended_total", .counter, "Calls through the gateway that are over, by how they ended."),
        MetricFamily(
            "gleaner_exchange_input_tokens", .histogram(bounds: tokens, ticks: 1), "Prompt tokens of stored exchanges."),
        MetricFamily(
            "gleaner_exchange_output_tokens", .histogram(bounds: tokens, ticks: 1),
            "Completion tokens of stored exchanges."),
        MetricFamily(
            "gleaner_exchange_cost_usd", .histogram(bounds: money, ticks: 1e9), "Cost of stored exchanges."),
    ]

    /// From a quarter of a millisecond: what a call costs when nothing waits is about one.
    private static let overhead = [
        0.00025, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5,
        1,
        2.5, 5, 10,
    ]
    private static let seconds = [
        0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 60, 120, 300,
    ]
    /// As OpenTelemetry's `gen_ai.client.token.usage` has them.
    private static let tokens: [Double] = [
        1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
    ]
    private static let money = [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5,
        5, 10,
    ]
}
