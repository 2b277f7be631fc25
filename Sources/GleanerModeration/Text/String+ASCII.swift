extension String {
    /// Nothing else is in it.
    var isASCII: Bool {
        var utf8 = utf8Span
        return utf8.checkForASCII()
    }
}
