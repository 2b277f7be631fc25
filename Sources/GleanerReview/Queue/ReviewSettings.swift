import GleanerCore
import GleanerHTTP

/// How a project reviews. Every member has a default, so `{}` is a whole document.
public struct ReviewSettings: Sendable, Hashable, Codable {
    /// `name@version`.
    public var rubric: String
    /// Judgements of every item; 1…5.
    public var slots: Int
    /// Of the items, drawn by hash, this share gets a second judgement: agreement is measured on them. 0…1.
    public var doubleReviewShare: Double
    /// How often a reviewer gets a hidden check instead of the next item, while there are any. 0…0.5.
    public var goldShare: Double
    /// How long an item is lent without a heartbeat; 60…86400.
    public var leaseSeconds: Int
    /// How long a submission can be taken back; 0…1440.
    public var undoMinutes: Int
    /// Two judgements of one item that differ by so many points on any scale call for a third; 1…4.
    public var disagreementSpread: Int

    public init(
        rubric: String = Rubric.standard.reference, slots: Int = 1, doubleReviewShare: Double = 0.15,
        goldShare: Double = 0.05, leaseSeconds: Int = 600, undoMinutes: Int = 15, disagreementSpread: Int = 2
    ) {
        self.rubric = rubric
        self.slots = slots
        self.doubleReviewShare = doubleReviewShare
        self.goldShare = goldShare
        self.leaseSeconds = leaseSeconds
        self.undoMinutes = undoMinutes
        self.disagreementSpread = disagreementSpread
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case rubric, slots
        case doubleReviewShare = "double_review_share"
        case goldShare = "gold_share"
        case leaseSeconds = "lease_seconds"
        case undoMinutes = "undo_minutes"
        case disagreementSpread = "disagreement_spread"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let standard = ReviewSettings()
        func value<Value: Decodable>(_ key: CodingKeys, _ path: KeyPath<ReviewSettings, Value>) throws -> Value {
            try fields.decodeIfPresent(Value.self, forKey: key) ?? standard[keyPath: path]
        }
        rubric = try value(.rubric, \.rubric)
        slots = try value(.slots, \.slots)
        doubleReviewShare = try value(.doubleReviewShare, \.doubleReviewShare)
        goldShare = try value(.goldShare, \.goldShare)
        leaseSeconds = try value(.leaseSeconds, \.leaseSeconds)
        undoMinutes = try value(.undoMinutes, \.undoMinutes)
        disagreementSpread = try value(.disagreementSpread, \.disagreementSpread)
    }

    public func validate() throws(ReviewError) {
        func check(_ key: CodingKeys, _ isGood: Bool, _ wanted: String) throws(ReviewError) {
            if !isGood { throw .settingInvalid(key.rawValue, wanted: wanted) }
        }
        try check(.slots, (1...5).contains(slots), "a whole number from 1 to 5")
        try check(.doubleReviewShare, (0...1).contains(doubleReviewShare), "a share from 0 to 1")
        try check(.goldShare, (0...0.5).contains(goldShare), "a share from 0 to 0.5")
        try check(.leaseSeconds, (60...86_400).contains(leaseSeconds), "seconds, from 60 to 86400")
        try check(.undoMinutes, (0...1_440).contains(undoMinutes), "minutes, from 0 to 1440")
        try check(.disagreementSpread, (1...4).contains(disagreementSpread), "points, from 1 to 4")
    }

    public var lease: Duration { .seconds(leaseSeconds) }
}

/// An item and its slots, as they are opened.
struct NewItem: Sendable, Hashable {
    let exchange: ID<Exchange>
    let project: ID<Project>
    let purpose: String
    /// Places in the queue, one a slot: each by a hash of its own, so that reviewers do not see exchanges in the order of
    /// their arrival, nor one reviewer's items come back to them one after another as the second judgements of others.
    let positions: [Double]

    /// - Parameter isFirst: before everything that was drawn.
    init(_ exchange: ID<Exchange>, in project: ID<Project>, purpose: String, isFirst: Bool, _ settings: ReviewSettings)
    {
        self.exchange = exchange
        self.project = project
        self.purpose = purpose
        let key = exchange.description
        let isDouble = SamplingHash.draws(key, salt: "double-review", probability: settings.doubleReviewShare)
        positions = (1...max(settings.slots, isDouble ? 2 : 1)).map { slot in
            Self.position(key, slot: slot) - (isFirst ? 1 : 0)
        }
    }

    static func position(_ exchange: String, slot: Int) -> Double {
        SamplingHash.unit(salt: "review-queue", key: slot == 1 ? exchange : "\(exchange)#\(slot)")
    }
}
