/// Response headers in the order they came; names compare without case.
public struct CurlHeaders: Sendable, Hashable, Sequence {
    private var fields: [Field] = []

    private struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    mutating func append(name: String, value: String) { fields.append(Field(name: name, value: value)) }

    public func first(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    public func makeIterator() -> AnyIterator<(name: String, value: String)> {
        var iterator = fields.makeIterator()
        return AnyIterator { iterator.next().map { ($0.name, $0.value) } }
    }
}

/// Reads heads line by line, as libcurl hands them over: skips 1xx heads and trailers.
struct HeadReader {
    private(set) var status = 0
    private(set) var headers = CurlHeaders()
    /// The final head has been read.
    private(set) var isComplete = false

    /// What has been read; a transfer need not hold it any longer.
    mutating func takeHeaders() -> CurlHeaders {
        defer { headers = CurlHeaders() }
        return headers
    }

    mutating func read(line bytes: [UInt8]) {
        guard !isComplete else { return }
        var line = bytes[...]
        while let last = line.last, last == 0x0D || last == 0x0A { line = line.dropLast() }
        if line.isEmpty {
            isComplete = status >= 200
        } else if line.starts(with: Array("HTTP/".utf8)) {
            let parts = line.split(separator: 0x20, maxSplits: 2)
            status = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
            headers = CurlHeaders()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            var value = line[colon...].dropFirst()
            while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
            headers.append(
                name: String(decoding: line[..<colon], as: UTF8.self), value: String(decoding: value, as: UTF8.self))
        }
    }
}
