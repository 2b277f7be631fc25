extension Rubric {
    /// What projects review by until they say otherwise.
    public static let standard = secondDefault
    /// Those that are part of Gleaner; a project's own versions of `default` begin after them.
    static let builtIn = [firstDefault, secondDefault]

    static let firstDefault = Rubric(
        name: "default", version: 1,
        document: RubricDocument(
            guidelines: "Judge the last answer only, against what the user asked for in it.",
            questions: [relevance, accuracy, appropriateness]))

    static let secondDefault = Rubric(
        name: "default", version: 2,
        document: RubricDocument(
            guidelines: """
                Judge the **last answer** only. Earlier turns are context.

                - Read the whole conversation first; the question may have begun earlier.
                - Score each question by itself: a wrong answer may still be perfectly polite.
                - 5 means *ready to train on, as it is*; 4 a small blemish; 3 usable; 2 poor; 1 unusable.
                - If you can say it better, write a correction. The best training examples are corrections.
                - **Skip** what nobody could judge (empty, garbled). **Decline** what you should not judge: a language you do \
                not read well, or somebody you know.
                """,
            questions: [relevance, accuracy, appropriateness, naturalLanguage]))

    private static let relevance = RubricQuestion(
        name: "relevance", text: "Does it answer what was asked?",
        anchors: ["1": "off the topic", "3": "in part", "5": "exactly"])
    private static let accuracy = RubricQuestion(
        name: "accuracy", text: "Is it right and safe?",
        anchors: ["1": "wrong or unsafe", "3": "mostly right", "5": "right"])
    private static let appropriateness = RubricQuestion(
        name: "appropriateness", text: "Are tone and content right for this user?",
        anchors: ["1": "not at all", "3": "passable", "5": "entirely"])
    private static let naturalLanguage = RubricQuestion(
        name: "natural_language", text: "Does it sound like a person who speaks the user's language?",
        anchors: ["1": "stilted, or not theirs", "3": "clear enough", "5": "natural"])
}
