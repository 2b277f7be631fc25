public import AsyncCurl

/// Makes the classifiers that policies choose.
public struct Classifiers: Sendable {
    private let client: CurlClient?
    private let providers: any ModerationProviders

    public init(client: CurlClient, providers: any ModerationProviders) {
        self.client = client
        self.providers = providers
    }

    /// The built-in ones only: a command that has no providers.
    public init() {
        client = nil
        providers = NoProviders()
    }

    /// - Parameter isUrgent: whether somebody waits for what it says.
    func classifier(_ choice: ModerationPolicy.Choice, isUrgent: Bool) -> any Classifier {
        switch choice.kind {
        case .rules(let languages): RuleClassifier(languages: languages, name: choice.name, isUrgent: isUrgent)
        case .moderations(let provider, let model):
            ProviderModeration(name: choice.name, model: model, call: call(provider))
        case .guardModel(let provider, let model, let dialect):
            GuardModel(name: choice.name, model: model, dialect: dialect, call: call(provider))
        }
    }

    private func call(_ provider: String) -> ClassifierCall {
        ClassifierCall(client: client, providers: providers, provider: provider)
    }
}

private struct NoProviders: ModerationProviders {
    func endpoint(_ path: String, of provider: String) -> ModerationEndpoint? { nil }
}
