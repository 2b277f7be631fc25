/// Settings of fine-tuning.
extension Setting {
    public static let tuningCommand = Setting(
        variable: "GLEANER_TUNING_COMMAND", path: "tuning.command", standard: nil,
        meaning: "your own training program and its arguments, separated by spaces; unset: only providers train")
    public static let tuningPoll = Setting(
        variable: "GLEANER_TUNING_POLL", path: "tuning.poll", standard: "30s",
        meaning: "between two looks at a fine-tuning job, more or less a fifth")
    public static let tuningSettle = Setting(
        variable: "GLEANER_TUNING_SETTLE", path: "tuning.settle", standard: "60s",
        meaning: "how long a file or job that may have been made is looked for before it is made again")
}
