extension Setting {
    public static let canaryInterval = Setting(
        variable: "GLEANER_CANARY_INTERVAL", path: "canary.interval", standard: "60s",
        meaning: "between two looks at running canaries (ms, s, m)")
}
