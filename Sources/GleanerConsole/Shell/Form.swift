import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// The fields of a form, or of a module's JSON object. At most 1 MiB.
public struct Form: Sendable {
    static let largest = 1 << 20

    /// In the order they came; a name may come more than once (checkboxes).
    let fields: [(name: String, value: String)]
    /// The body when it was JSON.
    let json: [UInt8]?
    /// What the request shows against forgery: a form's field or a module's header.
    let csrf: String?

    /// - Throws: `FormError.contentType` for anything but the two kinds that this console's own pages send.
    static func read(_ request: Request) async throws -> Form {
        let kind = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
        guard kind == "application/x-www-form-urlencoded" || kind == "application/json" else {
            throw FormError.contentType
        }
        let body = try await request.body.collect(upTo: largest)
        let header = request.headers[csrfHeader]
        if kind == "application/json" {
            return Form(fields: [], json: Array(body.readableBytesView), csrf: header)
        }
        let fields = try decode(String(decoding: body.readableBytesView, as: UTF8.self))
        return Form(
            fields: fields.filter { $0.name != "csrf" }, json: nil,
            csrf: header ?? fields.first { $0.name == "csrf" }?.value)
    }

    /// The first value of a field, trimmed of white space at both ends; nil when it is not there or empty.
    public func text(_ name: String) throws -> String? {
        guard let value = fields.first(where: { $0.name == name })?.value else { return nil }
        guard !value.utf8.contains(0) else { throw FormError.field(name, "holds U+0000") }
        let trimmed = value.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// - Throws: `FormError.field` when it is missing or empty.
    public func required(_ name: String) throws -> String {
        guard let value = try text(name) else { throw FormError.field(name, "is missing") }
        return value
    }

    /// All values of a field, as they came.
    public func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// Refuses fields that the action does not know, so that nobody sets what they should not.
    public func allow(_ names: String...) throws {
        if let unknown = fields.map(\.name).filter({ !names.contains($0) }).min() {
            throw FormError.field(String(unknown.prefix(64)), "is not known here")
        }
    }

    /// The JSON body of a module. The type refuses what it does not know.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let json else { throw FormError.contentType }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(json))
        } catch let error as DecodingError {
            throw BodyError(error)
        }
    }

    /// `a=1&b=%E0%A4%95`; `+` is a space.
    static func decode(_ text: String) throws -> [(name: String, value: String)] {
        try text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            func plain(_ part: Substring) throws -> String {
                guard let value = part.replacingOccurrences(of: "+", with: " ").removingPercentEncoding else {
                    throw FormError.field("body", "is not a form in UTF-8")
                }
                return value
            }
            return (try plain(parts[0]), parts.count > 1 ? try plain(parts[1]) : "")
        }
    }

    private static let csrfHeader = HTTPField.Name("X-CSRF-Token")!
}

public enum FormError: Explained, Hashable {
    case contentType
    case field(String, String)
    case forged

    public var explanation: Explanation {
        switch self {
        case .contentType:
            Explanation(
                status: 415, code: "content_type", what: "This kind of body is not taken here.",
                why: "The console's actions take its own forms and its modules' JSON.", fix: "Use the console's pages.")
        case .field(let name, let problem):
            Explanation(
                status: 400, code: "invalid_field", what: "The form cannot be used.", why: "`\(name)` \(problem).",
                fix: "Go back, put it right and send it again.")
        case .forged:
            Explanation(
                status: 403, code: "not_from_here", what: "This did not come from this console.",
                why: "The request lacks this session's token, or another site sent it.",
                fix: "Open the page again and repeat what you did there.")
        }
    }
}
