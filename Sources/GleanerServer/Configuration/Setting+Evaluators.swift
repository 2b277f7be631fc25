/// Settings of evaluators.
extension Setting {
    public static let evaluatorCommands = Setting(
        variable: "GLEANER_EVALUATOR_COMMANDS", path: "evaluators.commands", standard: nil,
        meaning: "your own evaluators as programs, NAME=PROGRAM and arguments; several are parted by semicolons")
    public static let evaluatorURLs = Setting(
        variable: "GLEANER_EVALUATOR_URLS", path: "evaluators.urls", standard: nil,
        meaning: "your own evaluators as HTTP services, NAME=URL; several are parted by semicolons")
}
