/// The formats that trainers read. The raw value is what `--format` takes and a manifest says.
public enum ExportFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case openAISFT = "openai-sft"
    case openAIPreference = "openai-preference"
    case trlPromptCompletion = "trl-prompt-completion"
    case trlLanguageModelling = "trl-language-modelling"
    case trlPreference = "trl-preference"
    case trlKTO = "trl-kto"
    case shareGPT = "sharegpt"
    case alpaca
    case mistral
    case bedrockClaude = "bedrock-claude"
    case bedrockConversation = "bedrock-conversation"
    case vertex

    /// What manifests said before there were others.
    static let formerName = "openai-sft-chat"

    /// What `--format` is when nobody says: the one that needs no rewriting.
    public static func usual(for kind: DatasetKind) -> ExportFormat {
        switch kind {
        case .sft: .openAISFT
        case .preference: .openAIPreference
        case .unpaired: .trlKTO
        }
    }

    /// - Parameter name: as `--format` takes it, or as an old manifest has it.
    public init?(named name: String) {
        if name == Self.formerName { self = .openAISFT } else { self.init(rawValue: name) }
    }

    /// The kinds of version that it can hold. A format of answers to learn takes the preferred one of a pair, and of
    /// single judgements the good ones.
    public var kinds: Set<DatasetKind> {
        switch self {
        case .openAIPreference, .trlPreference: [.preference]
        case .trlKTO: [.preference, .unpaired]
        default: [.sft, .preference, .unpaired]
        }
    }

    static func fitting(_ kind: DatasetKind) -> [ExportFormat] { allCases.filter { $0.kinds.contains(kind) } }

    /// Frozen lines are in this format already.
    func isFrozen(as kind: DatasetKind) -> Bool {
        switch (self, kind) {
        case (.openAISFT, .sft), (.openAIPreference, .preference): true
        default: false
        }
    }

    /// Lines that one example becomes.
    func linesPerExample(_ kind: DatasetKind) -> Int { self == .trlKTO && kind == .preference ? 2 : 1 }

    /// Read with one schema for the whole file, so that every line needs the same members of the same types.
    var hasFixedSchema: Bool {
        switch self {
        case .trlPromptCompletion, .trlLanguageModelling, .trlPreference, .trlKTO, .shareGPT, .alpaca: true
        default: false
        }
    }

    func rewriter(_ schema: ExportSchema) -> any LineFormat {
        switch self {
        case .openAISFT: OpenAISFTFormat()
        case .openAIPreference: OpenAIPreferenceFormat()
        case .trlPromptCompletion: TRLPromptCompletionFormat(schema: schema)
        case .trlLanguageModelling: TRLLanguageModellingFormat(schema: schema)
        case .trlPreference: TRLPreferenceFormat(schema: schema)
        case .trlKTO: TRLKTOFormat(schema: schema)
        case .shareGPT: ShareGPTFormat()
        case .alpaca: AlpacaFormat(schema: schema)
        case .mistral: MistralFormat()
        case .bedrockClaude: BedrockClaudeFormat()
        case .bedrockConversation: BedrockConversationFormat()
        case .vertex: VertexFormat()
        }
    }
}
