import CLibcurl
import Glibc
import NIOCore

/// Owns an easy handle, for one transfer after another: what is the same for all of them is set once.
@safe final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// Where a line of it is put together.
    private var line: [UInt8] = []
    private var url = ""
    private var connectTimeout: Duration?

    /// Tells libcurl what it must not do by itself: follow redirects (a key must not travel), wait for `100 Continue` (a
    /// second above 1 MiB), take a proxy from the environment.
    init?(_ configuration: CurlConfiguration) {
        guard let made = unsafe curl_easy_init() else { return nil }
        unsafe raw = unsafe made
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        number(CURLOPT_FOLLOWLOCATION, 0)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        number(CURLOPT_TCP_KEEPALIVE, 1)
        number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        number(CURLOPT_MAXAGE_CONN, Int(configuration.maximumConnectionAge.components.seconds))
        // Held by every open transfer; an answer's chunks are far smaller.
        number(CURLOPT_BUFFERSIZE, 2 << 10)
        number(CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        text(CURLOPT_PROXY, configuration.proxy ?? "")
        // Without, libcurl asks the environment for each request.
        if configuration.proxy == nil { text(CURLOPT_NOPROXY, "*") }
        if let bundle = configuration.caBundle { text(CURLOPT_CAINFO, bundle) }
        unsafe ccurl_set_data_callback(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            return unsafe EasyHandle.transfer(transfer).write(buffer) ? size * count : Int(CCURL_PAUSE)
        }
        unsafe ccurl_set_data_callback(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            unsafe EasyHandle.transfer(transfer).readHeader(buffer)
            return size * count
        }
        unsafe ccurl_set_prerequest(raw) { transfer, _, _, _, _ in
            Int32(unsafe EasyHandle.transfer(transfer).mayBeSent() ? CCURL_GO_ON : CCURL_ABORT)
        }
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe errorText.deallocate()
        emptyList()
    }

    /// Of a mail; freed as headers are.
    func setRecipients(_ recipients: [String]) {
        emptyList()
        for recipient in recipients { append(recipient) }
        unsafe ccurl_set_pointer(raw, CURLOPT_MAIL_RCPT, headerList)
    }

    static func transfer(_ pointer: UnsafeMutableRawPointer?) -> Transfer {
        unsafe Unmanaged<Transfer>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Bytes of the request that any connection has taken so far.
    var bytesSent: Int64 { unsafe ccurl_request_bytes_sent(raw) }

    /// libcurl's words for what went wrong last.
    var errorMessage: String { unsafe String(cString: errorText) }

    /// Sets what belongs to one request. `transfer` must live as long as the handle is in use.
    func prepare(_ request: CurlRequest, for transfer: Transfer) {
        let pointer = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        unsafe errorText.pointee = 0
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA] {
            unsafe ccurl_set_pointer(raw, option, pointer)
        }
        if request.url != url {
            url = request.url
            text(CURLOPT_URL, url)
        }
        if request.deadlines.connect != connectTimeout {
            connectTimeout = request.deadlines.connect
            number(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.deadlines.connect))
        }
        setMethod(request.method, body: transfer.body)
        setHeaders(request.headers)
    }

    private func setMethod(_ method: String, body: ByteBuffer?) {
        number(CURLOPT_NOBODY, method == "HEAD" && body == nil ? 1 : 0)
        if let body {
            number(CURLOPT_POST, 1)
            unsafe ccurl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.readableBytes))
            // Not copied: the transfer holds the buffer, which nobody changes. An empty one needs an address, too.
            let bytes = unsafe body.withUnsafeReadableBytes { unsafe UnsafeMutableRawPointer(mutating: $0.baseAddress) }
            unsafe ccurl_set_pointer(raw, CURLOPT_POSTFIELDS, bytes ?? UnsafeMutableRawPointer(errorText))
        } else if method != "HEAD" {
            number(CURLOPT_HTTPGET, 1)
        }
        let isUsual = method == (body != nil ? "POST" : "GET") || (method == "HEAD" && body == nil)
        if isUsual {
            unsafe ccurl_set_pointer(raw, CURLOPT_CUSTOMREQUEST, nil)
        } else {
            text(CURLOPT_CUSTOMREQUEST, method)
        }
    }

    private func setHeaders(_ headers: [(name: String, value: String)]) {
        emptyList()
        // `Name;` sends an empty header, `Name:` keeps libcurl from sending its own.
        for (name, value) in headers { append(name, value.isEmpty ? ";" : ": ", value) }
        for name in ["Expect", "Content-Type", "Accept"]
        where !headers.contains(where: { $0.name.isSame(withoutCase: name) }) {
            append(name, ":")
        }
        unsafe ccurl_set_pointer(raw, CURLOPT_HTTPHEADER, headerList)
    }

    private func emptyList() {
        if let list = unsafe headerList { unsafe curl_slist_free_all(list) }
        unsafe headerList = nil
    }

    private func append(_ parts: String...) {
        line.removeAll(keepingCapacity: true)
        for part in parts { line.append(contentsOf: part.utf8) }
        line.append(0)
        unsafe line.withUnsafeBytes { bytes in
            unsafe headerList = curl_slist_append(headerList, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
    }

    func number(_ option: CURLoption, _ value: Int) { unsafe _ = ccurl_set_long(raw, option, value) }
    func text(_ option: CURLoption, _ value: String) { unsafe _ = ccurl_set_text(raw, option, value) }

    static func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000))
    }
}
