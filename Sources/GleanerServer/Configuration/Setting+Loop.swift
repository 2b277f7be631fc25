extension Setting {
    public static let loopInterval = Setting(
        variable: "GLEANER_LOOP_INTERVAL", path: "loop.interval", standard: "60s",
        meaning: "between two looks at the triggers of loops, and at what their rounds wait for (ms, s, m)")
}
