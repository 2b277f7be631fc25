/// The migrations of `sql/`, embedded in the binary, in the order they are applied.
public enum GleanerSchema {
    public static let migrations: [(name: String, sql: [UInt8])] = [
        ("0001_access", PackageResources._001_access_sql),
        ("0002_exchanges", PackageResources._002_exchanges_sql),
        ("0003_feedback", PackageResources._003_feedback_sql),
        ("0004_review", PackageResources._004_review_sql),
        ("0005_datasets", PackageResources._005_datasets_sql),
        ("0006_attempts", PackageResources._006_attempts_sql),
        ("0007_idempotency", PackageResources._007_idempotency_sql),
        ("0008_prices", PackageResources._008_prices_sql),
        ("0009_key_limits", PackageResources._009_key_limits_sql),
        ("0010_routes", PackageResources._010_routes_sql),
        ("0011_jobs", PackageResources._011_jobs_sql),
        ("0012_feedback_subjects", PackageResources._012_feedback_subjects_sql),
        ("0013_moderation", PackageResources._013_moderation_sql),
        ("0014_sampling", PackageResources._014_sampling_sql),
        ("0015_review", PackageResources._015_review_sql),
        ("0016_people", PackageResources._016_people_sql),
        ("0017_search", PackageResources._017_search_sql),
        ("0018_rater_marks", PackageResources._018_rater_marks_sql),
        ("0020_placeholders", PackageResources._020_placeholders_sql),
        ("0022_comparisons", PackageResources._022_comparisons_sql),
        ("0023_sealed_hashes", PackageResources._023_sealed_hashes_sql),
        ("0024_waiting_feedback", PackageResources._024_waiting_feedback_sql),
        ("0025_reviewing", PackageResources._025_reviewing_sql),
        ("0026_flagged", PackageResources._026_flagged_sql),
    ]
}
