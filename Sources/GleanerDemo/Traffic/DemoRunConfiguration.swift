/// How a demo run drives a gateway.
public struct DemoRunConfiguration: Sendable, Hashable {
    /// Where the gateway listens, without a path: `http://127.0.0.1:8080`.
    public var gateway: String
    /// A Gleaner key with the scope admin, since it reviews under several names.
    public var key: String
    public var conversations: Int
    /// How many conversations go on at once.
    public var concurrency: Int
    /// The same seed gives the same users, questions and judgements.
    public var seed: UInt64
    /// How many reviews to submit at most; fewer when the queue is empty before.
    public var reviewShare: Int
    /// The dataset that the best exchanges are promoted into.
    public var dataset: String
    /// How long the gateway may be out of reach before the run gives up.
    public var patience: Duration
    /// How long an empty review queue is watched for items that are still being drawn.
    public var queuePatience: Duration

    public init(
        gateway: String, key: String, conversations: Int = 300, concurrency: Int = 8, seed: UInt64 = 20_261_101,
        reviewShare: Int = 220, dataset: String = "demo", patience: Duration = .seconds(10),
        queuePatience: Duration = .seconds(5)
    ) {
        var gateway = gateway
        while gateway.hasSuffix("/") { gateway.removeLast() }
        self.gateway = gateway
        self.key = key
        self.conversations = conversations
        self.concurrency = max(1, concurrency)
        self.seed = seed
        self.reviewShare = reviewShare
        self.dataset = dataset
        self.patience = patience
        self.queuePatience = queuePatience
    }
}
