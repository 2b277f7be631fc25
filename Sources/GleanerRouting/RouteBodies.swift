public import Foundation
public import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What `/api/routes` takes and gives; `gleaner routes --json` prints the same.
public enum RouteBodies {
    public struct All: Encodable, Sendable {
        public let version: Int64
        public let routes: [Route]

        public init(_ version: RouteVersion) {
            self.version = version.version
            routes = version.routes
        }
    }

    public struct One: Encodable, Sendable {
        public let version: Int64
        public let route: Route

        public init(version: Int64, route: Route) {
            self.version = version
            self.route = route
        }
    }

    public struct Versions: ResponseEncodable, Encodable, Sendable {
        public struct Version: Encodable, Sendable {
            public let version: Int64
            public let author: String
            public let note: String
            public let created_at: Date
            /// Names.
            public let routes: [String]
        }
        public let versions: [Version]

        public init(_ versions: [RouteVersion]) {
            self.versions = versions.map {
                Version(
                    version: $0.version, author: $0.author, note: $0.note, created_at: $0.createdAt,
                    routes: $0.routes.map(\.name))
            }
        }
    }

    struct Weights: Decodable {
        let weights: [String: Double]
        enum CodingKeys: String, CodingKey, CaseIterable { case weights }

        init(from decoder: any Decoder) throws {
            try refuseOthers(decoder, CodingKeys.self)
            weights = try decoder.container(keyedBy: CodingKeys.self).decode([String: Double].self, forKey: .weights)
        }
    }

    struct Rollback: Decodable {
        let version: Int64
        enum CodingKeys: String, CodingKey, CaseIterable { case version }

        init(from decoder: any Decoder) throws {
            try refuseOthers(decoder, CodingKeys.self)
            version = try decoder.container(keyedBy: CodingKeys.self).decode(Int64.self, forKey: .version)
        }
    }

    private static func refuseOthers<Keys: CodingKey & CaseIterable>(
        _ decoder: any Decoder, _ keys: Keys.Type
    ) throws {
        if let unknown = try decoder.unknownMember(besides: Set(keys.allCases.map(\.stringValue))) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
    }
}
