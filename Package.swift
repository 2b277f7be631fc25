// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every Swift target; the wrappers around C add strict memory safety.
let shared: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let wrapper: [SwiftSetting] = shared + [.strictMemorySafety()]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")

let package = Package(
    name: "gleaner",
    products: [.executable(name: "gleaner", targets: ["gleaner"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // MARK: C boundary and its async wrappers; no domain words below this line.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CMalloc"),
        .target(name: "Inflate", dependencies: ["CZlib"], swiftSettings: wrapper),
        // Made by protoc; see its otlp.proto.
        .target(name: "OTLP", dependencies: [protobuf], exclude: ["otlp.proto"], swiftSettings: shared),
        .target(
            name: "AsyncEpoll",
            dependencies: ["CEpoll", collections, nioCore, .product(name: "NIOPosix", package: "swift-nio")],
            swiftSettings: wrapper),
        .target(
            name: "AsyncPostgres", dependencies: ["CLibpq", "AsyncEpoll", collections, logging, lifecycle],
            swiftSettings: wrapper),
        .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: wrapper),
        .target(name: "AsyncCurl", dependencies: ["CLibcurl", "AsyncEpoll", nioCore], swiftSettings: wrapper),
        .target(
            name: "CSimdjson", cxxSettings: [.define("SIMDJSON_THREADS_ENABLED", to: "1")],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "SimdJSON", dependencies: ["CSimdjson"], swiftSettings: wrapper),

        // MARK: The schema, embedded in the binary, and what applies it.
        .target(
            name: "GleanerSchema", path: "sql",
            resources: [
                .embedInCode("0001_access.sql"), .embedInCode("0002_exchanges.sql"), .embedInCode("0003_feedback.sql"),
                .embedInCode("0004_review.sql"), .embedInCode("0005_datasets.sql"),
                .embedInCode("0006_attempts.sql"), .embedInCode("0007_idempotency.sql"),
                .embedInCode("0008_prices.sql"), .embedInCode("0009_key_limits.sql"),
                .embedInCode("0010_routes.sql"),
                .embedInCode("0011_jobs.sql"),
                .embedInCode("0012_feedback_subjects.sql"),
                .embedInCode("0013_moderation.sql"),
                .embedInCode("0014_sampling.sql"),
                .embedInCode("0015_review.sql"),
                .embedInCode("0016_people.sql"),
                .embedInCode("0017_search.sql"),
                .embedInCode("0018_rater_marks.sql"),
                .embedInCode("0020_placeholders.sql"),
                .embedInCode("0022_comparisons.sql"),
                .embedInCode("0023_sealed_hashes.sql"),
                .embedInCode("0024_waiting_feedback.sql"),
                .embedInCode("0025_reviewing.sql"),
                .embedInCode("0026_flagged.sql"),
                .embedInCode("0027_alike.sql"),
                .embedInCode("0028_promotion.sql"),
                .embedInCode("0029_tuning.sql"),
                .embedInCode("0030_evaluations.sql"),
                .embedInCode("0031_erasures.sql"),
                .embedInCode("0032_erasing.sql"),
                .embedInCode("0033_gate_pairs.sql"),
                .embedInCode("0034_loops.sql"),
                .embedInCode("0035_rollups.sql"),
                .embedInCode("0036_evaluators.sql"),
                .embedInCode("0037_alerts.sql"),
                .embedInCode("0039_telemetry.sql"),
                .embedInCode("0040_evaluator_rollups.sql"),
                .embedInCode("0041_rollup_slices.sql"),
                .embedInCode("0042_trained_keys.sql"),
                .embedInCode("0044_rollup_minutes.sql"),
                .embedInCode("0045_releases.sql"),
                .embedInCode("0046_star_counts.sql"),
                .embedInCode("0047_moderation_scores.sql"),
                .embedInCode("0048_prompt_embeddings.sql"),
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerDashboards", path: "dashboards", exclude: ["generate.py"],
            resources: [
                .embedInCode("overview.json"), .embedInCode("quality.json"), .embedInCode("safety.json"),
                .embedInCode("cost.json"), .embedInCode("latency.json"), .embedInCode("review.json"),
                .embedInCode("tuning.json"), .embedInCode("service.json"), .embedInCode("prometheus/recording.yml"),
                .embedInCode("prometheus/alerts.yml"),
            ],
            swiftSettings: shared),
        .target(name: "SQLMigrations", dependencies: ["AsyncPostgres", crypto, logging], swiftSettings: shared),

        // MARK: The nouns, then the features; a feature imports no other feature.
        .target(name: "GleanerCore", dependencies: ["SimdJSON", crypto, nioCore], swiftSettings: shared),
        .target(name: "GleanerLanguage", swiftSettings: shared),
        .target(
            name: "GleanerHTTP",
            dependencies: [
                "GleanerCore", hummingbird, hummingbirdCore, httpTypes, nioCore, nioHTTPTypes, logging,
            ],
            swiftSettings: shared),
        .target(name: "GleanerMail", dependencies: ["GleanerCore", "AsyncCurl", nioCore], swiftSettings: shared),
        .target(
            name: "GleanerTelemetry",
            dependencies: [
                "GleanerCore", "GleanerJobs", "AsyncCurl", "AsyncPostgres", "Inflate", "OTLP", protobuf, nioCore,
                logging, lifecycle,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerGateway",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "AsyncCurl", "AsyncPostgres", "SimdJSON", hummingbird, httpTypes, nioCore,
                logging, lifecycle, crypto, coreMetrics,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerIngest",
            dependencies: [
                "GleanerCore", "AsyncEpoll", "AsyncPostgres", "SimdJSON", "SQLite", nioCore, logging, lifecycle, crypto,
                collections, coreMetrics,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerJobs", dependencies: ["GleanerCore", "AsyncPostgres", logging, lifecycle],
            swiftSettings: shared),
        .target(
            name: "GleanerExchanges",
            dependencies: ["GleanerCore", "GleanerHTTP", "AsyncPostgres", hummingbird, httpTypes, nioCore],
            swiftSettings: shared),
        .target(
            name: "GleanerFeedback",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", hummingbird, httpTypes, nioCore, logging,
                lifecycle,
                crypto,
            ],
            resources: [.embedInCode("Page/feedback.js")],
            swiftSettings: shared),
        .target(
            name: "GleanerModeration",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", "AsyncCurl", "AsyncEpoll", "SimdJSON",
                hummingbird, httpTypes, nioCore, logging, lifecycle, crypto,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerReview",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", hummingbird, logging, lifecycle, crypto,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerRouting",
            dependencies: ["GleanerCore", "GleanerHTTP", "AsyncPostgres", hummingbird, httpTypes, logging, lifecycle],
            swiftSettings: shared),
        .target(
            name: "GleanerDatasets",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "AsyncPostgres", hummingbird, logging, crypto, nioCore, httpTypes,
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerTuning",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", "AsyncCurl", hummingbird, httpTypes,
                nioCore, logging, lifecycle, crypto,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerEvaluation",
            dependencies: [
                "GleanerCore", "GleanerLanguage", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", "AsyncCurl",
                hummingbird,
                httpTypes, nioCore, logging, lifecycle, crypto,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerLoop",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", hummingbird, httpTypes, nioCore, logging,
                lifecycle,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerAlerts",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "GleanerMail", "AsyncPostgres", "AsyncCurl", hummingbird,
                httpTypes, nioCore, logging, lifecycle, crypto,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerReport",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", hummingbird, httpTypes, nioCore, logging,
                lifecycle, crypto,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerMonitoring",
            dependencies: ["GleanerCore", "GleanerJobs", "AsyncPostgres", coreMetrics, logging, lifecycle],
            swiftSettings: shared),
        .target(
            name: "GleanerErasure",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerJobs", "AsyncPostgres", hummingbird, httpTypes, nioCore, logging,
                lifecycle,
                crypto,
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerImport",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerIngest", "AsyncPostgres", "Inflate", "OTLP", hummingbird,
                httpTypes, nioCore, logging, crypto, protobuf,
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: shared),
        .target(
            name: "GleanerDemo",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "AsyncCurl", hummingbird, httpTypes, nioCore, logging, lifecycle, crypto,
            ],
            swiftSettings: shared),

        // MARK: The console: a face over the features, as the server's API is.
        .target(
            name: "GleanerConsole",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerExchanges", "GleanerFeedback", "GleanerModeration",
                "GleanerReview", "GleanerDatasets", "GleanerTuning", "GleanerEvaluation", "GleanerLoop",
                "GleanerAlerts", "GleanerReport",
                "AsyncPostgres", "AsyncCurl", hummingbird, httpTypes, nioCore, logging, lifecycle, crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            resources: [.embedInCode("Templates"), .embedInCode("Assets")],
            swiftSettings: shared),

        // MARK: The wiring and the command line.
        .target(
            name: "GleanerServer",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerSchema", "SQLMigrations", "AsyncPostgres", "AsyncCurl",
                "AsyncEpoll",
                "CMalloc", "GleanerGateway", "GleanerIngest", "GleanerExchanges", "GleanerJobs", "GleanerFeedback",
                "GleanerModeration",
                "GleanerReview", "GleanerRouting", "GleanerDatasets", "GleanerTuning", "GleanerEvaluation",
                "GleanerErasure", "GleanerLoop", "GleanerMonitoring", "GleanerAlerts", "GleanerReport", "GleanerMail",
                "GleanerTelemetry", "GleanerImport", "GleanerConsole", "GleanerDemo", hummingbird,
                httpTypes, nioCore, logging, lifecycle, crypto,
                hummingbirdCore, .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: shared),
        .executableTarget(
            name: "gleaner",
            dependencies: [
                "GleanerServer", "GleanerCore", "GleanerHTTP", "GleanerConsole", "GleanerDemo", "GleanerFeedback",
                "GleanerReview", "GleanerRouting", "GleanerDatasets", "GleanerTuning", "GleanerEvaluation",
                "GleanerErasure", "GleanerLoop", "GleanerAlerts", "GleanerImport", "GleanerIngest", "GleanerJobs",
                "GleanerModeration", "GleanerMonitoring", "GleanerReport", "GleanerMail",
                "GleanerDashboards", "SQLMigrations",
                "AsyncPostgres", "AsyncCurl", "GleanerGateway", arguments, logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: shared),

        // MARK: Tests, one target per module, and what they share.
        .target(
            name: "GleanerTestSupport",
            dependencies: [
                "GleanerCore", "GleanerHTTP", "GleanerSchema", "GleanerJobs", "SQLMigrations", "AsyncPostgres",
                "AsyncCurl", "GleanerDemo", hummingbird, httpTypes, logging, nioCore,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "AsyncEpollTests",
            dependencies: ["AsyncEpoll", nioCore, .product(name: "NIOPosix", package: "swift-nio")],
            swiftSettings: shared),
        .testTarget(name: "InflateTests", dependencies: ["Inflate"], swiftSettings: wrapper),
        .testTarget(
            name: "AsyncPostgresTests", dependencies: ["AsyncPostgres", "GleanerTestSupport", logging],
            swiftSettings: shared),
        .testTarget(
            name: "AsyncCurlTests",
            dependencies: [
                "AsyncCurl", "GleanerTestSupport", nioCore, .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "SimdJSONTests", dependencies: ["SimdJSON", "GleanerTestSupport"], swiftSettings: shared),
        .testTarget(
            name: "SQLMigrationsTests",
            dependencies: ["SQLMigrations", "GleanerSchema", "AsyncPostgres", "GleanerTestSupport", logging],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerTelemetryTests",
            dependencies: [
                "GleanerTelemetry", "GleanerMonitoring", "GleanerTestSupport", "AsyncPostgres", "OTLP", protobuf,
                coreMetrics, logging,
            ],
            swiftSettings: shared),
        .testTarget(name: "GleanerMailTests", dependencies: ["GleanerMail"], swiftSettings: shared),
        .testTarget(name: "GleanerCoreTests", dependencies: ["GleanerCore"], swiftSettings: shared),
        .testTarget(
            name: "GleanerLanguageTests", dependencies: ["GleanerLanguage"],
            resources: [.embedInCode("tuning.tsv"), .embedInCode("heldout.tsv")], swiftSettings: shared),
        .testTarget(
            name: "GleanerGatewayTests",
            dependencies: [
                "GleanerGateway", "GleanerTestSupport", nioCore, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerIngestTests",
            dependencies: [
                "GleanerIngest", "GleanerTestSupport", "AsyncEpoll", "AsyncPostgres", "SQLite", nioCore, crypto,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerExchangesTests",
            dependencies: ["GleanerExchanges", "GleanerHTTP", "GleanerTestSupport", "AsyncPostgres"],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerFeedbackTests",
            dependencies: [
                "GleanerFeedback", "GleanerHTTP", "GleanerTestSupport", "AsyncPostgres", hummingbird, httpTypes,
                nioCore,
                logging,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerJobsTests", dependencies: ["GleanerJobs", "GleanerTestSupport", "AsyncPostgres", logging],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerModerationTests",
            dependencies: [
                "GleanerModeration", "GleanerJobs", "GleanerDemo", "GleanerTestSupport", "AsyncPostgres", "AsyncCurl",
                logging, nioCore,
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerConsoleTests",
            dependencies: ["GleanerConsole", "GleanerHTTP", "GleanerReview", "GleanerTestSupport", "AsyncPostgres"],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerReviewTests",
            dependencies: ["GleanerReview", "GleanerJobs", "GleanerTestSupport", "AsyncPostgres"],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerRoutingTests",
            dependencies: [
                "GleanerRouting", "GleanerHTTP", "GleanerTestSupport", "AsyncPostgres", hummingbird, logging, lifecycle,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerDatasetsTests", dependencies: ["GleanerDatasets", "GleanerTestSupport", "AsyncPostgres"],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerTuningTests",
            dependencies: [
                "GleanerTuning", "GleanerJobs", "GleanerHTTP", "GleanerDemo", "GleanerTestSupport", "AsyncPostgres",
                "AsyncCurl", nioCore, logging,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerEvaluationTests",
            dependencies: [
                "GleanerEvaluation", "GleanerServer", "GleanerReview", "GleanerRouting", "GleanerJobs", "GleanerHTTP",
                "GleanerDemo", "GleanerLanguage", "GleanerTestSupport",
                "AsyncPostgres", "AsyncCurl", nioCore, logging, hummingbird,
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerLoopTests",
            dependencies: [
                "GleanerLoop", "GleanerServer", "GleanerDatasets", "GleanerJobs", "GleanerTestSupport", "AsyncPostgres",
                logging,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerAlertsTests",
            dependencies: [
                "GleanerAlerts", "GleanerMail", "GleanerCore", "GleanerJobs", "GleanerTestSupport", "AsyncPostgres",
                "AsyncCurl",
                nioCore,
                logging, crypto, .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerMonitoringTests",
            dependencies: [
                "GleanerMonitoring", "GleanerDashboards", "GleanerEvaluation", "GleanerReview", "GleanerFeedback",
                "GleanerAlerts", "GleanerExchanges", "GleanerHTTP", "GleanerCore", "GleanerTestSupport",
                "AsyncPostgres", logging, coreMetrics,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerReportTests",
            dependencies: [
                "GleanerReport", "GleanerHTTP", "GleanerJobs", "GleanerCore", "GleanerTestSupport", "AsyncPostgres",
                logging,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerErasureTests",
            dependencies: [
                "GleanerErasure", "GleanerHTTP", "GleanerJobs", "GleanerCore", "GleanerTestSupport", "AsyncPostgres",
                logging,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerImportTests",
            dependencies: [
                "GleanerImport", "GleanerIngest", "GleanerTestSupport", "AsyncPostgres", "Inflate", nioCore, crypto,
                logging, httpTypes,
            ],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerDemoTests", dependencies: ["GleanerDemo", "GleanerTestSupport", "AsyncCurl", httpTypes],
            swiftSettings: shared),
        .testTarget(
            name: "GleanerServerTests",
            dependencies: [
                "GleanerServer", "GleanerGateway", "GleanerReview", "GleanerDatasets", "GleanerTuning", "AsyncPostgres",
                "GleanerCore", "GleanerHTTP", "GleanerTestSupport", hummingbird, hummingbirdCore, nioCore, logging,
                lifecycle,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: shared),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "GleanerServer", "GleanerDemo", "GleanerTestSupport", "AsyncCurl", "AsyncPostgres", "gleaner",
            ],
            swiftSettings: shared),
    ],
    cxxLanguageStandard: .cxx17
)
