import Foundation

/// The parts of a `multipart/form-data` body.
struct FormReader: Sendable {
    struct Part: Sendable, Hashable {
        let name: String
        let filename: String?
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let parts: [Part]

    /// `nil` for a body that is none, or is cut.
    init?(_ body: [UInt8], contentType: String?) {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let start = contentType.range(of: "boundary=")
        else { return nil }
        let boundary = contentType[start.upperBound...].prefix { $0 != ";" }.trimmingQuotes
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first one has no line before it.
        var rest = (Array("\r\n".utf8) + body)[...]
        guard let first = rest.firstRange(of: delimiter) else { return nil }
        rest = rest[first.upperBound...]
        var parts: [Part] = []
        while !rest.starts(with: Array("--".utf8)) {
            guard let end = rest.firstRange(of: delimiter), let part = Self.part(rest[..<end.lowerBound]) else {
                return nil
            }
            parts.append(part)
            rest = rest[end.upperBound...]
        }
        self.parts = parts
    }

    subscript(name: String) -> Part? { parts.first { $0.name == name } }

    private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
        guard let gap = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self)
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let line, let name = value("name", in: line) else { return nil }
        return Part(name: name, filename: value("filename", in: line), bytes: Array(bytes[gap.upperBound...]))
    }

    private static func value(_ name: String, in line: Substring) -> String? {
        guard let start = line.range(of: "; \(name)=\"") else { return nil }
        return line[start.upperBound...].prefix { $0 != "\"" }.replacing("%22", with: "\"")
    }
}

extension Substring {
    fileprivate var trimmingQuotes: String { String(self).replacing("\"", with: "") }
    fileprivate func replacing(_ text: String, with other: String) -> String {
        String(self).replacing(text, with: other)
    }
}
