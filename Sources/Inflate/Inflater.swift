import CZlib

/// How much a compressed body may become. Checked while inflating, so that a bomb costs one output buffer.
public struct InflateLimits: Sendable, Hashable {
    /// Decoded bytes, all members together.
    public var bytes: Int
    /// Decoded bytes per compressed byte, once more than 1 MiB has come out. Logs of chats reach 5 to 50; deflate's own
    /// limit is 1,032.
    public var ratio: Int

    public init(bytes: Int, ratio: Int = 250) {
        self.bytes = bytes
        self.ratio = ratio
    }
}

public enum InflateError: Error, Sendable, Hashable {
    /// Not gzip, or damaged on the way.
    case corrupted
    /// The end is missing.
    case truncated
    case tooLarge(limit: Int)
    case tooDense(limit: Int)
}

/// Inflates a gzip stream piece by piece; several members in a row are one stream (RFC 1952, 2.2).
@safe public struct Inflater: ~Copyable {
    /// The first bytes of every gzip file.
    public static let magic: [UInt8] = [0x1F, 0x8B]

    // zlib keeps the address of its stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let limits: InflateLimits
    private var consumed = 0
    private var produced = 0
    private var isBetweenMembers = true
    private static let piece = 64 << 10

    public init(limits: InflateLimits) {
        self.limits = limits
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the window of 32 KiB, 16 asks for gzip's own head and checksum.
        let code = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory for its window")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Hands the decoded bytes of `input` to `sink`, at most 64 KiB at a time.
    /// - Throws: `InflateError`, or what `sink` throws; then this inflater is of no more use.
    public mutating func inflate(_ input: [UInt8], into sink: ([UInt8]) throws -> Void) throws {
        var offset = 0
        while offset < input.count {
            let (taken, output, isEnd) = try step(input, from: offset)
            offset += taken
            consumed += taken
            produced += output.count
            isBetweenMembers = isEnd
            if produced > limits.bytes { throw InflateError.tooLarge(limit: limits.bytes) }
            if produced > 1 << 20, produced / max(consumed, 1) >= limits.ratio {
                throw InflateError.tooDense(limit: limits.ratio)
            }
            if !output.isEmpty { try sink(output) }
            if isEnd { unsafe inflateReset(stream) }
        }
    }

    /// - Throws: `InflateError.truncated` unless the last member is whole.
    public func finish() throws(InflateError) {
        guard isBetweenMembers, consumed > 0 else { throw .truncated }
    }

    private func step(
        _ input: [UInt8], from offset: Int
    ) throws(InflateError) -> (taken: Int, output: [UInt8], isEnd: Bool) {
        var code = Z_OK
        var left = 0
        let output = unsafe [UInt8](unsafeUninitializedCapacity: Self.piece) { buffer, count in
            unsafe input.withUnsafeBufferPointer { bytes in
                // zlib reads only, whatever its type says.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress! + offset)
                unsafe stream.pointee.avail_in = UInt32(min(bytes.count - offset, 1 << 30))
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(Self.piece)
                unsafe code = CZlib.inflate(stream, Z_NO_FLUSH)
                unsafe left = Int(stream.pointee.avail_in)
                unsafe count = Self.piece - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        let taken = min(input.count - offset, 1 << 30) - left
        guard code == Z_OK || code == Z_STREAM_END || (code == Z_BUF_ERROR && (taken > 0 || !output.isEmpty)) else {
            throw .corrupted
        }
        return (taken, output, code == Z_STREAM_END)
    }
}
