import CLibcurl
import NIOCore

extension Transfer {
    /// Tells libcurl what to do, and switches off what it would do by itself: redirects (a key must not travel),
    /// `Expect: 100-continue` (a second of waiting above 1 MiB), environment proxies, a `Content-Type` of its own.
    func configure(_ request: CurlRequest, _ configuration: CurlConfiguration) {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        text(CURLOPT_URL, request.url)
        unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        number(CURLOPT_FOLLOWLOCATION, 0)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        number(CURLOPT_TCP_KEEPALIVE, 1)
        number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        number(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.deadlines.connect))
        number(CURLOPT_MAXAGE_CONN, Int(configuration.maximumConnectionAge.components.seconds))
        // Held by every open transfer; an answer's chunks are far smaller.
        number(CURLOPT_BUFFERSIZE, 8 << 10)
        number(CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        text(CURLOPT_PROXY, configuration.proxy ?? "")
        if let bundle = configuration.caBundle { text(CURLOPT_CAINFO, bundle) }
        setMethod(request)
        setHeaders(request)
        unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, this)
        unsafe ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            let taken = unsafe Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue().write(buffer)
            return taken ? size * count : Int(CCURL_PAUSE)
        }
        unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, this)
        unsafe ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            unsafe Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue().readHeader(buffer)
            return size * count
        }
    }

    private func setMethod(_ request: CurlRequest) {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        if let body = request.body {
            number(CURLOPT_POST, 1)
            unsafe ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.readableBytes))
            unsafe ccurl_set_pointer(easy, CURLOPT_READDATA, this)
            unsafe ccurl_set_data_callback(easy, CURLOPT_READFUNCTION) { bytes, size, count, transfer in
                let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                return unsafe Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue().read(into: buffer)
            }
            // Without a way to rewind, libcurl cannot send a body a second time when a pooled connection closes under
            // it: the server may have read, and charged for, the first.
            if request.method != "POST" { text(CURLOPT_CUSTOMREQUEST, request.method) }
        } else if request.method == "HEAD" {
            number(CURLOPT_NOBODY, 1)
        } else {
            number(CURLOPT_HTTPGET, 1)
            if request.method != "GET" { text(CURLOPT_CUSTOMREQUEST, request.method) }
        }
    }

    private func setHeaders(_ request: CurlRequest) {
        let names = Set(request.headers.map { $0.name.lowercased() })
        // `Name;` sends an empty header, `Name:` keeps libcurl from sending its own.
        var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for name in ["Expect", "Content-Type", "Accept"] where !names.contains(name.lowercased()) {
            lines.append("\(name):")
        }
        for line in lines { unsafe headerList = curl_slist_append(headerList, line) }
        unsafe ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func number(_ option: CURLoption, _ value: Int) { unsafe _ = ccurl_set_long(easy, option, value) }
    private func text(_ option: CURLoption, _ value: String) { unsafe _ = ccurl_set_text(easy, option, value) }

    private func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000))
    }
}

/// What a CURLcode means for a caller.
enum CurlResult {
    static func result(of code: CURLcode, _ transfer: Transfer) -> Result<Void, CurlError> {
        switch code {
        case CURLE_OK: .success(())
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .failure(.invalidURL)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
            .failure(.connectFailed(transfer.errorMessage))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_INITFAILED:
            .failure(.tls(transfer.errorMessage))
        // Our own timers end everything else that takes too long.
        case CURLE_OPERATION_TIMEDOUT: .failure(.timeout(.connect))
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND,
            CURLE_WEIRD_SERVER_REPLY:
            .failure(.cut(receivedBytes: transfer.receivedBytes))
        default: .failure(.transport(code: Int32(code.rawValue), transfer.errorMessage))
        }
    }
}
