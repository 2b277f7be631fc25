import Crypto
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /assets/{file}`: the console's own modules and style sheet, embedded in the binary.
struct AssetRoutes: Sendable {
    private struct Asset: Sendable {
        let bytes: ByteBuffer
        let type: String
        let tag: String
    }

    private let assets: [String: Asset]

    /// - Parameter chartScript: Chart.js, where the system has it.
    init(_ files: [String: [UInt8]] = AssetFiles.all, chartScript: [UInt8]? = nil) {
        var files = files
        files["chart.js"] = chartScript
        assets = files.reduce(into: [:]) { assets, file in
            assets[file.key] = Asset(
                bytes: ByteBuffer(bytes: file.value),
                type: file.key.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
                tag: "\"" + SHA256.hash(data: file.value).prefix(12).hexadecimal + "\"")
        }
    }

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("assets/:file") { request, context -> Response in
            guard let asset = assets[try context.parameters.require("file")] else { throw HTTPError(.notFound) }
            // Asked for with every page, answered with 304 until the binary changes.
            var headers: HTTPFields = [.cacheControl: "no-cache", .eTag: asset.tag]
            if request.headers[.ifNoneMatch] == asset.tag { return Response(status: .notModified, headers: headers) }
            headers[.contentType] = asset.type
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.bytes))
        }
    }
}

/// Every file of `Assets/`.
enum AssetFiles {
    static let all: [String: [UInt8]] = [
        "console.css": PackageResources.console_css,
        "console.js": PackageResources.console_js,
        "feedback-stream.js": PackageResources.feedback_stream_js,
        "review.js": PackageResources.review_js,
        "compare.js": PackageResources.compare_js,
        "exchanges.js": PackageResources.exchanges_js,
        "live.js": PackageResources.live_js,
        "overview.js": PackageResources.overview_js,
    ]
}
