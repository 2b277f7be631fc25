public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs

extension JobKind {
    /// One channel is told of one alert.
    public static let alert: JobKind = "alert"
}

/// Sends what `alert_deliveries` says is to be sent: jobs of kind `alert`, one for each.
///
/// Killed between the receiver's answer and the word that it came, a delivery is sent again under the same id.
public struct AlertHandler: JobHandler {
    public let kind = JobKind.alert
    /// A channel that hangs keeps no other waiting.
    public let concurrency = 4

    private let store: PostgresAlertStore
    private let sender: AlertSender
    private let metrics: AlertMetrics
    private let standing: TimeInterval

    /// - Parameter interval: between two looks of the keeper, which tells Alertmanager again.
    public init(pool: PostgresPool, sender: AlertSender, metrics: AlertMetrics, interval: Duration) {
        store = PostgresAlertStore(pool: pool)
        self.sender = sender
        self.metrics = metrics
        standing = AlertKeeper.standing(interval)
    }

    public func run(_ job: RunningJob) async throws {
        guard let id = job.payload["delivery"]?.stringValue.flatMap({ ID<AlertDelivery>($0) }),
            let delivery = try await store.delivery(id), let alert = try await store.alert(delivery.alert, of: nil)
        else { throw JobFailure.permanent(reason: "the delivery is gone") }
        guard delivery.sentAt == nil else { return }
        if delivery.kind == .resolved {
            let first = try await store.deliveries(of: alert.id).first {
                $0.channel == delivery.channel && $0.kind == .firing
            }
            if let first, first.sentAt == nil {
                throw JobFailure.later(after: .seconds(30), reason: "the channel has not heard that it began")
            }
        }
        guard let channel = sender.channel(delivery.channel) else {
            try await store.note("channel_unknown", of: id)
            throw JobFailure.permanent(reason: "the server has no channel of this name")
        }
        let outcome = await sender.send(
            alert, delivery.kind, delivery: id.description, to: channel, standing: standing)
        switch outcome {
        case .sent:
            try await store.note(nil, of: id)
            metrics.delivered(channel.kind, isSent: true)
        case .failed(let reason, let isTransient):
            try await store.note(reason, of: id)
            metrics.delivered(channel.kind, isSent: false)
            guard isTransient else { throw JobFailure.permanent(reason: "the channel said \(reason)") }
            throw JobFailure.later(
                after: RetryPause.after(attempt: job.lease.attempt), reason: "the channel said \(reason)")
        }
    }
}
