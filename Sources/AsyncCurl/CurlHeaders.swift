/// Response headers in the order they came; names compare without case.
public struct CurlHeaders: Sendable, Hashable, Sequence {
    private var fields: [Field] = []

    fileprivate struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    mutating func append(name: String, value: String) { fields.append(Field(name: name, value: value)) }

    public func first(_ name: String) -> String? { fields.first { $0.name.isSame(withoutCase: name) }?.value }

    public struct Iterator: IteratorProtocol {
        fileprivate var fields: IndexingIterator<[Field]>

        public mutating func next() -> (name: String, value: String)? {
            fields.next().map { ($0.name, $0.value) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(fields: fields.makeIterator()) }
}

extension String {
    /// As names of headers compare: only the letters of ASCII have a case.
    func isSame(withoutCase other: String) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        return utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8) { lower($0) == lower($1) }
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

    mutating func read(line bytes: UnsafeRawBufferPointer) {
        guard !isComplete else { return }
        var line = unsafe bytes[...]
        while let last = unsafe line.last, last == 0x0D || last == 0x0A { unsafe line = line.dropLast() }
        if unsafe line.isEmpty {
            isComplete = status >= 200
        } else if unsafe line.starts(with: "HTTP/".utf8) {
            let parts = unsafe line.split(separator: 0x20, maxSplits: 2)
            unsafe status = parts.count > 1 ? Int(Self.text(parts[1])) ?? 0 : 0
            headers = CurlHeaders()
        } else if let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")) {
            var value = unsafe line[colon...].dropFirst()
            while let first = unsafe value.first, first == 0x20 || first == 0x09 { unsafe value = value.dropFirst() }
            while let last = unsafe value.last, last == 0x20 || last == 0x09 { unsafe value = value.dropLast() }
            unsafe headers.append(name: Self.text(line[..<colon]), value: Self.text(value))
        }
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        unsafe String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
    }
}
