import Foundation
import GleanerTelemetry

/// Settings of what leaves for an OpenTelemetry collector. All but the first have the names that its own SDKs know.
extension Setting {
    public static let otlpEndpoint = Setting(
        variable: "GLEANER_OTLP_ENDPOINT", path: "otlp.endpoint", standard: nil,
        meaning:
            "an OpenTelemetry collector, such as http://127.0.0.1:4318, for metrics, traces and judgements; goes before OTEL_EXPORTER_OTLP_ENDPOINT; unset: nothing leaves"
    )
    public static let otelEndpoint = Setting(
        variable: "OTEL_EXPORTER_OTLP_ENDPOINT", path: "otel.endpoint", standard: nil,
        meaning: "the same; /v1/metrics, /v1/traces and /v1/logs follow it")
    public static let otelMetricsEndpoint = Setting(
        variable: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", path: "otel.metrics_endpoint", standard: nil,
        meaning: "the whole URL for metrics alone")
    public static let otelTracesEndpoint = Setting(
        variable: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", path: "otel.traces_endpoint", standard: nil,
        meaning: "the whole URL for traces alone")
    public static let otelLogsEndpoint = Setting(
        variable: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", path: "otel.logs_endpoint", standard: nil,
        meaning: "the whole URL for judgements alone")
    public static let otelHeaders = Setting(
        variable: "OTEL_EXPORTER_OTLP_HEADERS", path: "otel.headers", standard: nil,
        meaning: "NAME=VALUE, comma separated, with percent escapes: what the collector wants to see", isSecret: true)
    public static let otelTimeout = Setting(
        variable: "OTEL_EXPORTER_OTLP_TIMEOUT", path: "otel.timeout", standard: "10000",
        meaning: "for one request, milliseconds")
    public static let otelCertificate = Setting(
        variable: "OTEL_EXPORTER_OTLP_CERTIFICATE", path: "otel.certificate", standard: nil,
        meaning: "PEM file of the authorities that the collector's certificate is checked against; unset: the system's")
    public static let otelCompression = Setting(
        variable: "OTEL_EXPORTER_OTLP_COMPRESSION", path: "otel.compression", standard: "none",
        meaning: "gzip or none, of what is sent")
    public static let otelMetrics = Setting(
        variable: "OTEL_METRICS_EXPORTER", path: "otel.metrics_exporter", standard: "otlp",
        meaning: "otlp or none")
    public static let otelTraces = Setting(
        variable: "OTEL_TRACES_EXPORTER", path: "otel.traces_exporter", standard: "otlp", meaning: "otlp or none")
    public static let otelLogs = Setting(
        variable: "OTEL_LOGS_EXPORTER", path: "otel.logs_exporter", standard: "otlp",
        meaning: "otlp or none, for judgements")
    public static let otelMetricInterval = Setting(
        variable: "OTEL_METRIC_EXPORT_INTERVAL", path: "otel.metric_export_interval", standard: "60000",
        meaning: "between two readings of all metrics, milliseconds")
    public static let otelSpanDelay = Setting(
        variable: "OTEL_BSP_SCHEDULE_DELAY", path: "otel.bsp_schedule_delay", standard: "1000",
        meaning: "between two sendings of spans, milliseconds")
    public static let otelSpanQueue = Setting(
        variable: "OTEL_BSP_MAX_QUEUE_SIZE", path: "otel.bsp_max_queue_size", standard: "16384",
        meaning: "calls that wait to leave as spans; those that come after them are dropped, and counted")
    public static let otelSpanBatch = Setting(
        variable: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", path: "otel.bsp_max_export_batch_size", standard: "512",
        meaning: "calls of one request")
    public static let otelContent = Setting(
        variable: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", path: "otel.capture_message_content",
        standard: "false",
        meaning:
            "true, or span_only: spans have what was said as well, as it is stored; false, or no_content: it stays here"
    )
    public static let otelTextLimit = Setting(
        variable: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", path: "otel.span_attribute_value_length_limit",
        standard: "65536", meaning: "bytes of an attribute with what was said; what is longer is cut")
    public static let otelEventDelay = Setting(
        variable: "OTEL_BLRP_SCHEDULE_DELAY", path: "otel.blrp_schedule_delay", standard: "10000",
        meaning:
            "how old judgements are when they leave, milliseconds; one that takes longer to be stored may be missed")
    public static let otelSampler = Setting(
        variable: "OTEL_TRACES_SAMPLER", path: "otel.traces_sampler", standard: "parentbased_always_on",
        meaning: "always_on, always_off, traceidratio, or with parentbased_ before it, as the caller's traceparent says"
    )
    public static let otelSamplerArgument = Setting(
        variable: "OTEL_TRACES_SAMPLER_ARG", path: "otel.traces_sampler_arg", standard: nil,
        meaning: "the share of traces, 0 to 1, with traceidratio")
    public static let otelServiceName = Setting(
        variable: "OTEL_SERVICE_NAME", path: "otel.service_name", standard: "gleaner",
        meaning: "service.name at the collector")
    public static let otelResource = Setting(
        variable: "OTEL_RESOURCE_ATTRIBUTES", path: "otel.resource_attributes", standard: nil,
        meaning: "NAME=VALUE, comma separated: what else says which Gleaner this is")
    public static let otelDisabled = Setting(
        variable: "OTEL_SDK_DISABLED", path: "otel.sdk_disabled", standard: "false", meaning: "true: nothing leaves")
}

extension Settings {
    private enum Exporter: String, CaseIterable { case otlp, none }
    private enum Compression: String, CaseIterable { case gzip, none }

    /// `nil` when nothing leaves; then what else the environment says to OpenTelemetry's SDKs is not looked at.
    func telemetry() throws(SettingsError) -> TelemetryConfiguration? {
        let places: [Setting] = [
            .otlpEndpoint, .otelEndpoint, .otelMetricsEndpoint, .otelTracesEndpoint, .otelLogsEndpoint,
        ]
        guard text(.otelDisabled)?.lowercased() != "true", places.contains(where: { text($0) != nil }) else {
            return nil
        }
        let endpoints = try telemetryEndpoints()
        let samplerName = try required(.otelSampler)
        guard let sampler = TraceSampler(name: samplerName.lowercased(), argument: text(.otelSamplerArgument)) else {
            throw .invalid(.otelSampler, text: samplerName, wanted: "a sampler's name; a share is 0 to 1")
        }
        let names = try pairs(.otelResource)
        let isNamed = names.contains { $0.name == "service.name" } && self[.otelServiceName].source == .standard
        let configuration = TelemetryConfiguration(
            endpoints: endpoints, headers: try telemetryHeaders(),
            timeout: .milliseconds(try int(.otelTimeout, atLeast: 1)),
            metricInterval: .milliseconds(try int(.otelMetricInterval, atLeast: 10)),
            spanDelay: .milliseconds(try int(.otelSpanDelay, atLeast: 1)),
            evaluationInterval: .milliseconds(try int(.otelEventDelay, atLeast: 100)), sampler: sampler,
            resource: names + (isNamed ? [] : [("service.name", try required(.otelServiceName))]),
            caFile: try certificates(.otelCertificate), queueLimit: try int(.otelSpanQueue, atLeast: 1),
            batchLimit: try int(.otelSpanBatch, atLeast: 1),
            compresses: try choice(.otelCompression, Compression.self) == .gzip, textLimit: try telemetryTextLimit())
        return endpoints.isEmpty ? nil : configuration
    }

    private func telemetryTextLimit() throws(SettingsError) -> Int? {
        let text = try required(.otelContent)
        switch text.lowercased() {
        case "true", "span_only": return try int(.otelTextLimit, atLeast: 256)
        case "false", "no_content": return nil
        default:
            throw .invalid(
                .otelContent, text: text, wanted: "true or span_only, false or no_content: spans alone have it")
        }
    }

    private func telemetryEndpoints() throws(SettingsError) -> [TelemetrySignal: String] {
        let bases: [Setting] = [.otlpEndpoint, .otelEndpoint]
        let base = bases.first { text($0) != nil }
        let signals: [(TelemetrySignal, Setting, Setting)] = [
            (.metrics, .otelMetricsEndpoint, .otelMetrics), (.traces, .otelTracesEndpoint, .otelTraces),
            (.logs, .otelLogsEndpoint, .otelLogs),
        ]
        var endpoints: [TelemetrySignal: String] = [:]
        for (signal, own, exporter) in signals where try choice(exporter, Exporter.self) == .otlp {
            if text(own) != nil {
                endpoints[signal] = try collector(own)
            } else if let base {
                let url = try collector(base)
                endpoints[signal] = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/v1/\(signal.rawValue)"
            }
        }
        return endpoints
    }

    private func collector(_ setting: Setting) throws(SettingsError) -> String {
        let text = try required(setting)
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil, url.user() == nil
        else { throw .invalid(setting, text: text, wanted: "an http or https URL, without a user") }
        return text
    }

    private func telemetryHeaders() throws(SettingsError) -> [(name: String, value: String)] {
        let headers = try pairs(.otelHeaders)
        let isUsable = headers.allSatisfy { name, value in
            name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
                && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        }
        guard isUsable else {
            throw .invalid(.otelHeaders, text: "", wanted: "names and values that a header may hold")
        }
        return headers
    }

    /// `NAME=VALUE,…`, with percent escapes as W3C Baggage has them.
    private func pairs(_ setting: Setting) throws(SettingsError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for entry in (text(setting) ?? "").split(separator: ",") where !entry.allSatisfy(\.isWhitespace) {
            let halves = entry.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces).removingPercentEncoding
            }
            guard halves.count == 2, let name = halves[0], let value = halves[1], !name.isEmpty else {
                throw .invalid(setting, text: text(setting) ?? "", wanted: "NAME=VALUE,…")
            }
            pairs.append((name, value))
        }
        return pairs
    }
}
