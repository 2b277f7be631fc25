/// How often each run of `order` neighbouring elements occurs.
func ngramCounts<Element: Hashable>(_ elements: [Element], order: Int) -> [ArraySlice<Element>: Int] {
    guard order > 0, elements.count >= order else { return [:] }
    var counts: [ArraySlice<Element>: Int] = [:]
    for start in 0...(elements.count - order) { counts[elements[start..<start + order], default: 0] += 1 }
    return counts
}

extension String {
    /// Split at white space, as Python's `split()` does.
    var spaced: [String] {
        unicodeScalars.split { $0.properties.isWhitespace }.map { String(String.UnicodeScalarView($0)) }
    }
}
