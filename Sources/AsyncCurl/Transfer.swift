import AsyncEpoll
import CLibcurl
import NIOCore

/// One request on the curl thread: owns an easy handle while it runs. Never leaves the thread.
@safe final class Transfer {
    let number: UInt64
    let easy: UnsafeMutableRawPointer
    let delivery: Delivery
    let deadlines: CurlDeadlines
    let pauseAbove: Int

    private var body: ByteBuffer
    private var sent = 0
    private var head = HeadReader()
    private var headDelivered = false
    /// Came during this turn of the loop; delivered together at its end.
    private var arrived = ByteBuffer()
    private(set) var receivedBytes = 0
    private(set) var isPaused = false
    var lastArrival: ContinuousClock.Instant?
    var timers: [EpollLoop.Timer] = []
    /// Told when there is something to deliver at the end of the turn.
    var touched: (Transfer) -> Void = { _ in }
    private(set) var errorText: UnsafeMutablePointer<CChar>
    var headerList: UnsafeMutablePointer<curl_slist>?

    init(number: UInt64, easy: UnsafeMutableRawPointer, request: CurlRequest, delivery: Delivery, pauseAbove: Int) {
        self.number = number
        unsafe self.easy = unsafe easy
        self.delivery = delivery
        deadlines = request.deadlines
        body = request.body ?? ByteBuffer()
        self.pauseAbove = pauseAbove
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe errorText.deallocate()
        if let list = unsafe headerList { unsafe curl_slist_free_all(list) }
    }

    var isHeadComplete: Bool { head.isComplete }
    var errorMessage: String { unsafe String(cString: errorText) }

    // MARK: Called by libcurl, on the thread

    func readHeader(_ bytes: UnsafeRawBufferPointer) {
        unsafe head.read(line: Array(bytes))
        if head.isComplete, !headDelivered { touched(self) }
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

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, body.readableBytes - sent)
        guard count > 0, let slice = body.getSlice(at: body.readerIndex + sent, length: count) else { return 0 }
        unsafe slice.withUnsafeReadableBytes { unsafe buffer.copyMemory(from: $0) }
        sent += count
        return count
    }

    // MARK: At the end of a turn

    func flush(now: ContinuousClock.Instant) {
        if head.isComplete, !headDelivered {
            headDelivered = true
            lastArrival = now
            delivery.deliver(head: .init(status: head.status, headers: head.headers))
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
