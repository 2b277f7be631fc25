import NIOCore

/// What a transfer is for.
enum Errand: Sendable {
    case request(CurlRequest)
    case mail(CurlMail, MailTalk)

    var isMail: Bool { if case .mail = self { true } else { false } }
}

/// One request or mail on libcurl's thread: uses an easy handle while it runs. Never leaves the thread.
final class Transfer {
    let number: UInt64
    let easy: EasyHandle
    let delivery: Delivery
    let deadlines: CurlDeadlines
    let body: ByteBuffer?
    /// Of a mail.
    let talk: MailTalk?
    private var content: ByteBuffer?
    /// Until it has been given.
    private var permit: (@Sendable () -> Bool)?
    private(set) var isWithheld = false
    private let pauseAbove: Int

    private var head = HeadReader()
    private var headDelivered = false
    /// That the request was about to be sent on. libcurl counts second ones over a handle's whole life, and gives up at
    /// the sixth.
    private(set) var connections = 0
    /// Came during this turn of the loop; delivered together at its end.
    private var arrived = ByteBuffer()
    private(set) var receivedBytes = 0
    private(set) var isPaused = false
    private let startedAt: ContinuousClock.Instant
    private var lastArrival: ContinuousClock.Instant
    /// Told when there is something to deliver at the end of the turn.
    private let touched: (Transfer) -> Void

    init(
        number: UInt64, easy: EasyHandle, errand: Errand, delivery: Delivery, pauseAbove: Int,
        now: ContinuousClock.Instant, touched: @escaping (Transfer) -> Void
    ) {
        self.number = number
        self.easy = easy
        self.delivery = delivery
        switch errand {
        case .request(let request):
            deadlines = request.deadlines
            body = request.body
            permit = request.permit
            talk = nil
        case .mail(let mail, let talk):
            deadlines = CurlDeadlines(
                connect: mail.connectTimeout, firstByte: mail.total, idle: mail.total, total: mail.total)
            body = nil
            content = mail.content
            self.talk = talk
        }
        self.pauseAbove = pauseAbove
        startedAt = now
        lastArrival = now
        self.touched = touched
        switch errand {
        case .request(let request): easy.prepare(request, for: self)
        case .mail(let mail, _): easy.prepare(mail, for: self)
        }
    }

    /// The deadline that has passed.
    func missed(at now: ContinuousClock.Instant) -> CurlDeadline? {
        if let total = deadlines.total, now - startedAt >= total { return .total }
        if !head.isComplete { return now - startedAt >= deadlines.firstByte ? .firstByte : nil }
        return !isPaused && now - lastArrival >= deadlines.idle ? .idle : nil
    }

    // MARK: Called by libcurl, on the thread

    /// - Returns: `false` for a body of which a connection has taken something before: when a pooled one closes under it,
    ///   libcurl would send it once more on a new one, and the server may have read, and charged for, the first.
    func mayBeSent() -> Bool {
        connections += 1
        if let permit {
            self.permit = nil
            guard permit() else {
                isWithheld = true
                return false
            }
        }
        return body == nil || easy.bytesSent == 0
    }

    func readHeader(_ bytes: UnsafeRawBufferPointer) {
        if let talk { return unsafe talk.read(line: Array(bytes)) }
        unsafe head.read(line: bytes)
        if head.isComplete, !headDelivered { touched(self) }
    }

    /// The next part of a mail; 0 at its end.
    func readContent(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard var left = content else { return 0 }
        let count = min(left.readableBytes, buffer.count)
        unsafe _ = left.readWithUnsafeReadableBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
            return count
        }
        content = left
        return count
    }

    /// - Returns: `false` to pause: the same bytes come again later.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if !isPaused, arrived.readableBytes + delivery.backlog >= pauseAbove {
            isPaused = true
            touched(self)
            return false
        }
        isPaused = false
        unsafe arrived.writeBytes(bytes)
        receivedBytes += bytes.count
        touched(self)
        return true
    }

    // MARK: At the end of a turn

    func flush(now: ContinuousClock.Instant) {
        if head.isComplete, !headDelivered {
            headDelivered = true
            lastArrival = now
            delivery.deliver(head: .init(status: head.status, headers: head.takeHeaders()))
        }
        if arrived.readableBytes > 0 {
            lastArrival = now
            let bytes = arrived
            arrived = ByteBuffer()
            delivery.deliver(bytes: bytes)
        }
        if isPaused { delivery.paused() }
    }

    func resumed(now: ContinuousClock.Instant) {
        isPaused = false
        lastArrival = now
    }
}
