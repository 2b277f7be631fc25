import SimdJSON

/// A document as a value, for comparing.
indirect enum Tree: Hashable {
    case null, bool(Bool), integer(Int64), unsigned(UInt64), double(UInt64), raw(String), text([UInt8])
    case array([Tree]), object([Member])
    struct Member: Hashable {
        let key: [UInt8]
        let value: Tree
    }

    init(_ element: JSONElement) {
        switch element.kind {
        case .null: self = .null
        case .bool: self = .bool(element.bool!)
        case .integer: self = .integer(element.int64!)
        case .unsigned: self = .unsigned(element.uint64!)
        case .double: self = .double(element.double!.bitPattern)
        case .rawNumber: self = .raw(element.rawNumber!.string)
        case .string: self = .text(element.text!.bytes)
        case .array: self = .array(element.elements.map { Tree($0) })
        case .object: self = .object(element.members.map { Member(key: $0.key.bytes, value: Tree($0.value)) })
        }
    }
}

func tree(_ bytes: [UInt8], _ rules: JSONRules = JSONRules()) -> Result<Tree, JSONError> {
    var parser = JSONParser(rules)
    return parser.read(bytes.span.bytes) { $0.map { Tree($0.root) } }
}

func tree(_ text: String, _ rules: JSONRules = JSONRules()) -> Result<Tree, JSONError> { tree(Array(text.utf8), rules) }
