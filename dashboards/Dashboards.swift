/// Grafana's dashboards and Prometheus' rules, embedded in the binary.
public enum Dashboards {
    /// A file as it is exported: where, and what is in it.
    public struct File: Sendable {
        /// Relative to the directory of an export.
        public let path: String
        public let bytes: [UInt8]
    }

    /// One dashboard each; `dashboards/generate.py` writes them.
    public static let grafana = [
        File(path: "overview.json", bytes: PackageResources.overview_json),
        File(path: "quality.json", bytes: PackageResources.quality_json),
        File(path: "safety.json", bytes: PackageResources.safety_json),
        File(path: "cost.json", bytes: PackageResources.cost_json),
        File(path: "latency.json", bytes: PackageResources.latency_json),
        File(path: "review.json", bytes: PackageResources.review_json),
        File(path: "tuning.json", bytes: PackageResources.tuning_json),
        File(path: "service.json", bytes: PackageResources.service_json),
    ]

    public static let prometheus = [
        File(path: "prometheus/recording.yml", bytes: PackageResources.recording_yml),
        File(path: "prometheus/alerts.yml", bytes: PackageResources.alerts_yml),
    ]

    public static var all: [File] { grafana + prometheus }
}
