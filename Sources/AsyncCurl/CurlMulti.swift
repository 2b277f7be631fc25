import AsyncEpoll
import CLibcurl
import Synchronization

/// The multi handle and all transfers, on the thread of their place. libcurl says which sockets and timers to watch; the loop
/// tells libcurl when they are ready.
@safe final class CurlMulti {
    private let loop: EpollLoop
    private let configuration: CurlConfiguration
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = unsafe [:]
    private var byNumber: [UInt64: Transfer] = [:]
    private var touched: [UInt64: Transfer] = [:]
    private var spare: [EasyHandle] = []
    private var patrol: (timer: EpollLoop.Timer, every: Duration)?
    private var curlTimer: EpollLoop.Timer?
    private let clock = ContinuousClock()
    private let open: Counter

    /// Read from other threads.
    final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func set(_ count: Int) { value.withLock { $0 = count } }
    }

    init(_ loop: EpollLoop, _ configuration: CurlConfiguration, open: Counter) {
        self.loop = loop
        self.configuration = configuration
        self.open = open
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("curl_multi_init failed") }
        unsafe self.multi = unsafe multi
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_multi_set_callbacks(
            multi,
            { _, socket, what, this, _ in
                unsafe Unmanaged<CurlMulti>.fromOpaque(this!).takeUnretainedValue().watch(socket, what)
                return 0
            },
            { _, milliseconds, this in
                unsafe Unmanaged<CurlMulti>.fromOpaque(this!).takeUnretainedValue().setTimer(milliseconds)
                return 0
            }, this)
        unsafe _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        unsafe _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1024)
    }

    // MARK: Commands

    func start(_ number: UInt64, _ errand: Errand, _ delivery: Delivery) {
        // A handle that has carried a mail remembers its login: each has its own.
        guard let easy = (errand.isMail ? nil : spare.popLast()) ?? EasyHandle(configuration) else {
            return delivery.end(.failure(.transport(code: Int32(CURLE_OUT_OF_MEMORY.rawValue), "no handle")))
        }
        let transfer = Transfer(
            number: number, easy: easy, errand: errand, delivery: delivery, pauseAbove: configuration.pauseAbove,
            now: clock.now, touched: { [unowned self] in touched[$0.number] = $0 })
        unsafe transfers[easy.raw] = transfer
        byNumber[number] = transfer
        unsafe open.set(transfers.count)
        watchDeadlines(of: transfer)
        let code = unsafe curl_multi_add_handle(multi, easy.raw)
        if code != CURLM_OK {
            finish(transfer, .failure(.transport(code: Int32(code.rawValue), "the transfer could not be added")))
        }
    }

    func cancel(_ number: UInt64) {
        guard let transfer = byNumber[number] else { return }
        finish(transfer, .failure(.cancelled))
    }

    func resume(_ number: UInt64) {
        guard let transfer = byNumber[number] else { return }
        go(on: transfer)
        endTurn()
    }

    func close() {
        for transfer in Array(byNumber.values) { finish(transfer, .failure(.cancelled)) }
        spare.removeAll()
        unsafe _ = curl_multi_cleanup(multi)
    }

    // MARK: What libcurl asks for

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        switch what {
        case CURL_POLL_REMOVE: loop.unwatch(socket)
        default:
            var interest: EpollLoop.Interest = []
            if what == CURL_POLL_IN || what == CURL_POLL_INOUT { interest.insert(.read) }
            if what == CURL_POLL_OUT || what == CURL_POLL_INOUT { interest.insert(.write) }
            loop.watch(socket, interest) { [unowned self] ready in self.act(socket, ready) }
        }
    }

    private func setTimer(_ milliseconds: Int) {
        if let curlTimer { loop.cancel(curlTimer) }
        curlTimer = nil
        guard milliseconds >= 0 else { return }
        curlTimer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
            self.curlTimer = nil
            self.act(CURL_SOCKET_TIMEOUT, [])
        }
    }

    private func act(_ socket: curl_socket_t, _ ready: EpollLoop.Interest) {
        var bits: Int32 = 0
        if ready.contains(.read) { bits |= CURL_CSELECT_IN }
        if ready.contains(.write) { bits |= CURL_CSELECT_OUT }
        if ready.contains(.closed) { bits |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        unsafe _ = curl_multi_socket_action(multi, socket, bits, &running)
        endTurn()
    }

    // MARK: After libcurl has worked

    /// Hands over what arrived in this turn, then ends what is finished.
    private func endTurn() {
        while !touched.isEmpty {
            let now = clock.now
            let transfers = touched.values
            touched.removeAll(keepingCapacity: true)
            for transfer in transfers {
                transfer.flush(now: now)
                // The consumer may have emptied the buffer before it could see the pause.
                if transfer.isPaused, transfer.delivery.backlog == 0, transfer.delivery.takePause() { go(on: transfer) }
            }
        }
        var code: Int32 = 0
        while let easy = unsafe ccurl_multi_finished(multi, &code) {
            guard let transfer = unsafe transfers[easy] else { continue }
            transfer.flush(now: clock.now)
            transfer.talk?.ended(with: code)
            finish(transfer, CurlResult.result(of: CURLcode(UInt32(code)), transfer))
        }
    }

    private func go(on transfer: Transfer) {
        transfer.resumed(now: clock.now)
        // May call the write callback from inside.
        unsafe _ = curl_easy_pause(transfer.easy.raw, CURLPAUSE_CONT)
    }

    private func finish(_ transfer: Transfer, _ result: Result<Void, CurlError>) {
        guard byNumber.removeValue(forKey: transfer.number) != nil else { return }
        touched[transfer.number] = nil
        unsafe _ = curl_multi_remove_handle(multi, transfer.easy.raw)
        unsafe transfers[transfer.easy.raw] = nil
        unsafe open.set(transfers.count)
        if spare.count < 256, transfer.connections < 2, transfer.talk == nil { spare.append(transfer.easy) }
        transfer.delivery.end(result)
    }

    // MARK: Deadlines

    /// All transfers are looked at now and then, instead of three timers for each: a deadline is kept to an eighth, and
    /// to a quarter of a second.
    private func watchDeadlines(of transfer: Transfer) {
        let every = transfer.deadlines.precision
        if let patrol {
            guard every < patrol.every else { return }
            loop.cancel(patrol.timer)
        }
        schedulePatrol(every)
    }

    private func schedulePatrol(_ every: Duration) {
        patrol = (loop.schedule(after: every) { [unowned self] in look() }, every)
    }

    private func look() {
        let now = clock.now
        var every: Duration?
        for transfer in Array(byNumber.values) {
            if let missed = transfer.missed(at: now) {
                finish(transfer, .failure(.timeout(missed)))
            } else {
                every = min(every ?? .seconds(1), transfer.deadlines.precision)
            }
        }
        patrol = nil
        if let every { schedulePatrol(every) }
    }
}

extension CurlDeadlines {
    /// How often a transfer with these must be looked at.
    fileprivate var precision: Duration {
        let shortest = min(firstByte, idle, total ?? firstByte)
        return min(.milliseconds(250), max(.milliseconds(2), shortest / 8))
    }
}
