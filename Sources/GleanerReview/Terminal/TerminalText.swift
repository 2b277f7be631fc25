extension String {
    /// For a terminal: nothing in it moves the cursor, changes colours or hides.
    public var terminalText: String { visible }
}
