import NIOCore

/// Keeps the end of an answer back until the exchange is durable (P2), and nothing more than that.
///
/// In a stream the end is `data: [DONE]`; in any other body it is the last piece that came.
struct HoldBack {
    private enum Kind { case eventStream(DoneFinder), body }
    private var kind: Kind
    /// Not passed on yet; goes out last.
    private(set) var held = ByteBuffer()

    init(isEventStream: Bool) { kind = isEventStream ? .eventStream(DoneFinder()) : .body }

    /// The stream said `[DONE]`.
    var sawDone: Bool { if case .eventStream(let finder) = kind { finder.found } else { false } }

    /// Takes the next piece, returns what may go out now.
    mutating func pass(_ piece: ByteBuffer) -> ByteBuffer {
        switch kind {
        case .body:
            defer { held = piece }
            return held
        case .eventStream(var finder):
            var ready = held
            var piece = piece
            if held.readableBytes > 0 {
                ready.writeBuffer(&piece)
            } else {
                ready = piece
            }
            let before = held.readableBytes
            let keep = finder.scan(ready, from: before)
            kind = .eventStream(finder)
            let out = ready.readSlice(length: ready.readableBytes - keep) ?? ByteBuffer()
            held = ready
            return out
        }
    }
}

/// Finds the line `data: [DONE]` in a stream of bytes, wherever the pieces are cut.
struct DoneFinder {
    private static let pattern = Array("data:[DONE]".utf8)
    private static let beforeSpace = 5

    private(set) var found = false
    /// Bytes of the pattern matched on this line; `nil` when the line cannot match any more.
    private var matched: Int? = 0
    /// Bytes of this line seen so far, the optional space included.
    private var lineLength = 0

    /// Reads the bytes from offset `from` on.
    /// - Returns: how many bytes at the end of `bytes` belong to `[DONE]`, or may turn out to.
    mutating func scan(_ bytes: ByteBuffer, from: Int) -> Int {
        if found { return bytes.readableBytes }
        let view = bytes.readableBytesView
        var i = view.startIndex + from
        while i < view.endIndex {
            guard let count = matched else {
                guard let end = view[i...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return 0 }
                i = end + 1
                startLine()
                continue
            }
            let byte = view[i]
            i += 1
            if byte == 0x0A || byte == 0x0D {
                startLine()
            } else if byte == Self.pattern[count] {
                matched = count + 1
                lineLength += 1
                if count + 1 == Self.pattern.count {
                    found = true
                    return view.endIndex - (i - lineLength)
                }
            } else if byte == 0x20, count == Self.beforeSpace, lineLength == Self.beforeSpace {
                lineLength += 1
            } else {
                matched = nil
            }
        }
        return matched == nil ? 0 : lineLength
    }

    private mutating func startLine() {
        matched = 0
        lineLength = 0
    }
}
