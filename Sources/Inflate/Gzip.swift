import CZlib

/// One gzip member, at zlib's usual level.
public func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    let begun = unsafe deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    precondition(begun == Z_OK, "zlib has no memory for its window")
    defer { unsafe deflateEnd(&stream) }
    let capacity = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        unsafe bytes.withUnsafeBufferPointer { source in
            // zlib reads only, whatever its type says.
            unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = buffer.baseAddress
            unsafe stream.avail_out = UInt32(capacity)
            let code = unsafe deflate(&stream, Z_FINISH)
            precondition(code == Z_STREAM_END, "there was room for all of it")
        }
        unsafe count = capacity - Int(stream.avail_out)
    }
}
