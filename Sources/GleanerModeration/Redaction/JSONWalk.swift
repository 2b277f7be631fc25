/// Goes through the strings and long whole numbers of bytes that are known to be JSON.
///
/// Memory: the way to where it is, and while it follows a stream one entry for each object and list. Names are hashed as
/// they pass, never kept: a long one above many values costs what it is long.
struct JSONWalk: IteratorProtocol {
    typealias Token = JSONTokens.Token

    private struct Frame {
        let isObject: Bool
        let container: Int
        /// Somewhere on the way is a `delta`.
        let isDelta: Bool
        let isChoices: Bool
        /// One of the objects in `choices`.
        let isChoice: Bool
        /// A string that comes now is a name.
        var awaitsName: Bool
        /// Of the member whose value comes now.
        var name = 0..<0
    }
    /// An object or a list, by what tells it from others.
    private struct Container {
        let parent: Int?
        let name: Int
        /// `index` of a choice or a tool call, `output_index` of a part.
        var places = 0
    }

    private let bytes: [UInt8]
    private let isFollowing: Bool
    private var position = 0
    private var frames: [Frame] = []
    private var containers: [Container] = []
    /// The object or list that the last token was in.
    private(set) var container = 0

    /// - Parameter following: whether `keys` are wanted afterwards.
    init(_ bytes: [UInt8], following: Bool = false) {
        self.bytes = bytes
        isFollowing = following
    }

    /// Of each container, what its like in another event of the stream has too: names and places on the way to it.
    /// Hashes of this process; complete when everything has been read.
    var keys: [Int] {
        var keys: [Int] = []
        keys.reserveCapacity(containers.count)
        for container in containers {
            var hasher = Hasher()
            hasher.combine(container.parent.map { keys[$0] })
            hasher.combine(container.name)
            hasher.combine(container.places)
            keys.append(hasher.finalize())
        }
        return keys
    }

    mutating func next() -> Token? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"): open(isObject: true)
            case UInt8(ascii: "["): open(isObject: false)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                frames.removeLast(min(1, frames.count))
                position += 1
            case UInt8(ascii: ","):
                if let last = frames.indices.last, frames[last].isObject { frames[last].awaitsName = true }
                position += 1
            case ...0x20, UInt8(ascii: ":"): position += 1
            case UInt8(ascii: "\""): return text()
            default: if let number = plain() { return number }
            }
        }
        return nil
    }

    private mutating func open(isObject: Bool) {
        let parent = frames.last
        let name = parent?.name ?? 0..<0
        if isFollowing {
            var hasher = Hasher()
            hasher.combine(isObject)
            bytes[name].withUnsafeBytes { hasher.combine(bytes: $0) }
            containers.append(Container(parent: parent?.container, name: hasher.finalize()))
        }
        let isNamed = parent?.isObject ?? false
        frames.append(
            Frame(
                isObject: isObject, container: max(containers.count - 1, 0),
                isDelta: parent?.isDelta ?? false || isNamed && Self.isDelta(bytes[name]),
                isChoices: !isObject && isNamed && bytes[name].elementsEqual("choices".utf8),
                isChoice: isObject && parent?.isChoices ?? false, awaitsName: isObject))
        position += 1
    }

    private mutating func text() -> Token {
        let range = string()
        guard let last = frames.indices.last else {
            return Token(kind: .string, range: range, isName: false, isPiece: false)
        }
        container = frames[last].container
        if frames[last].awaitsName {
            frames[last].awaitsName = false
            frames[last].name = (range.lowerBound + 1)..<(range.upperBound - 1)
            return Token(kind: .string, range: range, isName: true, isPiece: false)
        }
        return Token(kind: .string, range: range, isName: false, isPiece: isPiece(frames[last]))
    }

    private mutating func string() -> Range<Int> {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, bytes.count)
        return start..<position
    }

    /// Passes over a number, `true`, `false` or `null`; ten digits are the shortest number that names somebody.
    private mutating func plain() -> Token? {
        let start = position
        while position < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[position]), bytes[position] > 0x20 {
            position += 1
        }
        // A byte that begins nothing is not there in JSON, and must not hold up anybody.
        if position == start { position += 1 }
        let range = start..<position
        if isFollowing, let frame = frames.last, frame.isObject, range.count <= 20,
            Self.places.contains(where: { bytes[frame.name].elementsEqual($0) })
        {
            var hasher = Hasher()
            hasher.combine(containers[frame.container].places)
            hasher.combine(Array(bytes[frame.name]))
            hasher.combine(Array(bytes[range]))
            containers[frame.container].places = hasher.finalize()
        }
        guard range.count >= 10, bytes[range].allSatisfy(\.isDigit) else { return nil }
        return Token(kind: .number, range: range, isName: false, isPiece: false)
    }

    // MARK: Streams

    private static let places = ["index", "output_index", "content_index"].map { Array($0.utf8) }
    private static let pieces = Set(
        [
            "content", "text", "arguments", "delta", "refusal", "reasoning_content", "reasoning", "partial_json",
            "thinking", "input", "transcript",
        ].map { Array($0.utf8) })

    /// The string of which the value stands in `frame`, under its name.
    private func isPiece(_ frame: Frame) -> Bool {
        let name = bytes[frame.name]
        guard frame.isObject, name.count <= 17, Self.pieces.contains(Array(name)) else { return false }
        return frame.isDelta || Self.isDelta(name) || frame.isChoice && name.elementsEqual("text".utf8)
    }

    private static func isDelta(_ name: ArraySlice<UInt8>) -> Bool {
        name.count <= 64 && String(decoding: name, as: UTF8.self).contains("delta")
    }

    /// The name under which the last token stands.
    var name: ArraySlice<UInt8> { bytes[frames.last?.name ?? 0..<0] }
}
