internal import CSimdjson

/// Reads documents one after the other into the same buffers, which come from the thread's stock and go back to it.
///
/// simdjson does the work. What it refuses is read again by a slower reader of our own, which says what is wrong, and
/// keeps lone surrogates and numbers out of range where `rules` allow them.
@safe public struct JSONParser: ~Copyable {
    private let raw: OpaquePointer
    public let rules: JSONRules

    public init(_ rules: JSONRules = JSONRules()) {
        unsafe raw = csimdjson_borrow(rules.maximumDepth)
        self.rules = rules
    }

    deinit { unsafe csimdjson_give_back(raw) }

    /// Calls `body` with the document in `bytes`. What it is given dies when it returns: nothing of it may be kept, and
    /// this parser may not be used meanwhile.
    public mutating func read<Value, Failure: Error>(
        _ bytes: RawSpan, _ body: (Result<JSONDocument, JSONError>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var document = unsafe csimdjson_document()
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe csimdjson_parse(raw, bytes.baseAddress, bytes.count, rules.options, &document)
        }
        if let error = JSONError(status) { return try body(.failure(error)) }
        return try unsafe body(.success(JSONDocument(parser: raw, raw: document)))
    }

    /// As `read`, for those who have nothing to do without a document.
    public mutating func withDocument<Value>(
        _ bytes: RawSpan, _ body: (JSONDocument) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try read(bytes) { (document) throws(JSONError) in try body(document.get()) }
    }
}

extension JSONRules {
    fileprivate var options: UInt32 {
        (keepsLoneSurrogates ? UInt32(CSIMDJSON_KEEP_SURROGATES) : 0)
            | (keepsNumbersOutOfRange ? UInt32(CSIMDJSON_KEEP_NUMBERS) : 0)
            | (tolerantReaderOnly ? UInt32(CSIMDJSON_TOLERANT_ONLY) : 0)
    }
}

extension JSONError {
    fileprivate init?(_ status: csimdjson_status) {
        switch status {
        case CSIMDJSON_OK: return nil
        case CSIMDJSON_EMPTY: self = .empty
        case CSIMDJSON_NOT_UTF8: self = .notUTF8
        case CSIMDJSON_BYTE_ORDER_MARK: self = .byteOrderMark
        case CSIMDJSON_TOO_DEEP: self = .tooDeep
        case CSIMDJSON_LONE_SURROGATE: self = .loneSurrogate
        case CSIMDJSON_NUMBER_OUT_OF_RANGE: self = .numberOutOfRange
        case CSIMDJSON_TOO_LARGE: self = .tooLarge
        default: self = .syntax
        }
    }
}
