import GleanerCore
import NIOCore
import SimdJSON

/// Where the members of a body's outermost object stand in its bytes.
struct BodyLayout: Hashable {
    private struct Place: Hashable {
        let name: String
        let value: Range<Int>
    }
    private var places: [Place] = []
    /// A name that is there twice, compared after unescaping.
    private(set) var duplicate: String?

    init() {}

    init(_ members: [JSONDocument.Member]) {
        places = members.map { Place(name: $0.key.string, value: $0.valueRange) }
        duplicate = members.count <= 16 ? Self.duplicate(amongFew: members) : Self.duplicate(amongMany: members)
    }

    // Bytes are compared, not characters: two spellings of `é` are two names.
    private static func duplicate(amongFew members: [JSONDocument.Member]) -> String? {
        for later in members.indices {
            for earlier in members[..<later] where earlier.key == members[later].key { return earlier.key.string }
        }
        return nil
    }
    private static func duplicate(amongMany members: [JSONDocument.Member]) -> String? {
        var seen = Set<[UInt8]>(minimumCapacity: members.count)
        return members.first { !seen.insert($0.key.bytes).inserted }?.key.string
    }

    /// `body` with these members set: values are replaced where they stand, new members come before the closing brace.
    func rewriting(_ body: ByteBuffer, setting values: [String: JSONValue]) -> ByteBuffer {
        guard !values.isEmpty else { return body }
        let bytes = body.readableBytesView
        var result = ByteBuffer()
        result.reserveCapacity(body.readableBytes + 64 * values.count)
        var copied = 0
        var missing = values
        func copy(to end: Int) {
            result.writeImmutableBuffer(body.getSlice(at: body.readerIndex + copied, length: end - copied)!)
            copied = end
        }
        for place in places {
            guard let value = missing.removeValue(forKey: place.name) else { continue }
            copy(to: place.value.lowerBound)
            result.writeBytes(value.bytes)
            copied = place.value.upperBound
        }
        guard !missing.isEmpty else {
            copy(to: body.readableBytes)
            return result
        }
        let brace = bytes.lastIndex(of: UInt8(ascii: "}"))! - bytes.startIndex
        copy(to: places.last?.value.upperBound ?? brace)
        for (index, (name, value)) in missing.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 || !places.isEmpty { result.writeString(",") }
            result.writeBytes(JSONValue.string(name).bytes)
            result.writeString(":")
            result.writeBytes(value.bytes)
        }
        copy(to: body.readableBytes)
        return result
    }
}

extension JSONValue {
    /// What has no JSON form (a number that is not finite) is `null`, as in JavaScript.
    fileprivate var bytes: [UInt8] { (try? canonicalBytes()) ?? Array("null".utf8) }
}
