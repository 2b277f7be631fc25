import AsyncEpoll
import CLibcurl
import Synchronization

/// The multi handle and all transfers, on their thread. libcurl says which sockets and timers to watch; the loop
/// tells libcurl when they are ready.
@safe final class CurlThread {
    private let loop: EpollLoop
    private let configuration: CurlConfiguration
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = unsafe [:]
    private var byNumber: [UInt64: Transfer] = [:]
    private var touched: [UInt64: Transfer] = [:]
    private var spare: [UnsafeMutableRawPointer] = unsafe []
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
        let thread = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_multi_set_callbacks(
            multi,
            { _, socket, what, thread, _ in
                unsafe Unmanaged<CurlThread>.fromOpaque(thread!).takeUnretainedValue().watch(socket, what)
                return 0
            },
            { _, milliseconds, thread in
                unsafe Unmanaged<CurlThread>.fromOpaque(thread!).takeUnretainedValue().setTimer(milliseconds)
                return 0
            }, thread)
        unsafe _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        unsafe _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1024)
    }

    // MARK: Commands

    func start(_ number: UInt64, _ request: CurlRequest, _ delivery: Delivery) {
        guard let easy = unsafe spare.popLast() ?? curl_easy_init() else {
            return delivery.end(.failure(.transport(code: Int32(CURLE_OUT_OF_MEMORY.rawValue), "no handle")))
        }
        let transfer = unsafe Transfer(
            number: number, easy: easy, request: request, delivery: delivery, pauseAbove: configuration.pauseAbove)
        transfer.touched = { [weak self] transfer in self?.touched[transfer.number] = transfer }
        transfer.configure(request, configuration)
        unsafe transfers[easy] = transfer
        byNumber[number] = transfer
        unsafe open.set(transfers.count)
        armDeadlines(transfer)
        let code = unsafe curl_multi_add_handle(multi, easy)
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
        while let easy = unsafe spare.popLast() { unsafe curl_easy_cleanup(easy) }
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
            finish(transfer, CurlResult.result(of: CURLcode(UInt32(code)), transfer))
        }
    }

    private func go(on transfer: Transfer) {
        transfer.resumed(now: clock.now)
        // May call the write callback from inside.
        unsafe _ = curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
    }

    private func finish(_ transfer: Transfer, _ result: Result<Void, CurlError>) {
        guard byNumber.removeValue(forKey: transfer.number) != nil else { return }
        for timer in transfer.timers { loop.cancel(timer) }
        touched[transfer.number] = nil
        let easy = unsafe transfer.easy
        unsafe _ = curl_multi_remove_handle(multi, easy)
        unsafe transfers[easy] = nil
        unsafe open.set(transfers.count)
        if unsafe spare.count < 256 {
            unsafe curl_easy_reset(easy)
            unsafe spare.append(easy)
        } else {
            unsafe curl_easy_cleanup(easy)
        }
        transfer.delivery.end(result)
    }

    // MARK: Deadlines

    private func armDeadlines(_ transfer: Transfer) {
        let number = transfer.number
        let head = loop.schedule(after: transfer.deadlines.firstByte) { [unowned self] in
            guard let transfer = self.byNumber[number], !transfer.isHeadComplete else { return }
            self.finish(transfer, .failure(.timeout(.firstByte)))
        }
        transfer.timers = [head]
        if let total = transfer.deadlines.total {
            transfer.timers.append(
                loop.schedule(after: total) { [unowned self] in
                    guard let transfer = self.byNumber[number] else { return }
                    self.finish(transfer, .failure(.timeout(.total)))
                })
        }
        watchIdleness(number, after: transfer.deadlines.idle)
    }

    /// One timer for a transfer's whole life: it looks back instead of being set anew at every arrival.
    private func watchIdleness(_ number: UInt64, after delay: Duration) {
        let timer = loop.schedule(after: delay) { [unowned self] in
            guard let transfer = self.byNumber[number] else { return }
            let idle = transfer.deadlines.idle
            guard let last = transfer.lastArrival, !transfer.isPaused else {
                return self.watchIdleness(number, after: idle)
            }
            let quiet = self.clock.now - last
            if quiet >= idle {
                self.finish(transfer, .failure(.timeout(.idle)))
            } else {
                self.watchIdleness(number, after: idle - quiet)
            }
        }
        byNumber[number]?.timers.append(timer)
    }
}
