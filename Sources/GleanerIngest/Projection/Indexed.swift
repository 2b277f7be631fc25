/// Things that say their own place, in any order; each is changed where it is, never copied.
struct Indexed<Element> {
    private var places: [Int64: Int] = [:]
    private var elements: [(index: Int64, element: Element)] = []
    /// Most changes are to the same element as the one before.
    private var last = 0

    var isEmpty: Bool { elements.isEmpty }
    var sorted: [(index: Int64, element: Element)] { elements.sorted { $0.index < $1.index } }

    /// Changes the element at `index`, or begins it with `new`.
    mutating func change<Value>(
        _ index: Int64, else new: @autoclosure () -> Element, _ body: (inout Element) -> Value
    ) -> Value {
        if last >= elements.count || elements[last].index != index {
            last = places[index] ?? elements.count
            if last == elements.count {
                places[index] = last
                elements.append((index, new()))
            }
        }
        return body(&elements[last].element)
    }
}
