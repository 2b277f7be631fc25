import GleanerCore

extension DemoRun {
    /// The reviewers take turns at the queue until it stays empty for both, or enough is reviewed.
    func review() async throws {
        let limit = configuration.reviewShare
        progress(.reviews, 0, limit)
        // Which item comes next is the queue's affair; the noise follows the exchange, not the order.
        let clock = ContinuousClock()
        var emptySince: ContinuousClock.Instant?
        var turn = 0
        while ledger.report.reviewsSubmitted < limit {
            let reviewers = DemoReviewer.all
            var found = false
            for _ in reviewers where ledger.report.reviewsSubmitted < limit {
                let reviewer = reviewers[turn % reviewers.count]
                turn += 1
                if try await reviewNext(as: reviewer) { found = true }
            }
            if found {
                emptySince = nil
                progress(.reviews, ledger.report.reviewsSubmitted, limit)
            } else {
                let since = emptySince ?? clock.now
                emptySince = since
                guard since.duration(to: clock.now) < configuration.queuePatience else { break }
                try await Task.sleep(for: min(.milliseconds(500), configuration.queuePatience))
            }
        }
        let submitted = ledger.report.reviewsSubmitted
        progress(.reviews, submitted, submitted)
    }

    /// - Returns: whether there was an item.
    private func reviewNext(as reviewer: DemoReviewer) async throws -> Bool {
        let reply = try await gateway.post("/api/reviews/next", ["reviewer": .string(reviewer.name)])
        guard let reply, reply.head.status != 204 else { return false }
        guard reply.head.status == 200, let item = reply.document.flatMap(ReviewItem.init) else {
            ledger.note { $0.reviewsFailed["next_http_\(reply.head.status)", default: 0] += 1 }
            return false
        }
        var random = noise(for: item, reviewer: reviewer)
        if random.chance(0.02) { return try await skip(item, as: reviewer) }
        return try await submit(item, as: reviewer, with: &random)
    }

    private func submit(
        _ item: ReviewItem, as reviewer: DemoReviewer, with random: inout SplitMix64
    ) async throws -> Bool {
        let quality = item.quality
        let scores = reviewer.score(quality, with: &random)
        var body = item.judgement(by: reviewer, scores)
        if case .bad(let flaw) = quality {
            if random.chance(0.4), let better = item.goodAnswer {
                body["correction"] = .string(better)
                ledger.note { $0.worthALook["corrected_in_review"] = item.exchange }
            }
            if random.chance(0.3) { body["comment"] = .string("Kharaabi: \(flaw.rawValue)") }
        }
        let reply = try await gateway.post("/api/reviews", .object(body))
        return note(reply, failure: "submit") { $0.reviewsSubmitted += 1 }
    }

    private func skip(_ item: ReviewItem, as reviewer: DemoReviewer) async throws -> Bool {
        let body: JSONValue = [
            "slot": item.slot, "lease_token": item.leaseToken, "reviewer": .string(reviewer.name),
        ]
        let reply = try await gateway.post("/api/reviews/skip", body)
        return note(reply, failure: "skip") { $0.reviewsSkipped += 1 }
    }

    private func note(_ reply: GatewayReply?, failure: String, success: (inout DemoReport) -> Void) -> Bool {
        guard let reply, (200..<300).contains(reply.head.status) else {
            let kind = reply.map { "\(failure)_http_\($0.head.status)" } ?? "\(failure)_unreachable"
            ledger.note { $0.reviewsFailed[kind, default: 0] += 1 }
            return false
        }
        ledger.note(success)
        return true
    }

    private func noise(for item: ReviewItem, reviewer: DemoReviewer) -> SplitMix64 {
        let text = item.userTurns.joined(separator: "\n") + reviewer.name
        let index = text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return SplitMix64(seed: configuration.seed, index: Int(truncatingIfNeeded: index))
    }
}
