import CLibcurl
import NIOCore

extension EasyHandle {
    /// Sets what belongs to one mail, on a handle that nothing else uses before or after.
    func prepare(_ mail: CurlMail, for transfer: Transfer) {
        let pointer = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA, CURLOPT_READDATA] {
            unsafe _ = ccurl_set_pointer(raw, option, pointer)
        }
        text(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        text(CURLOPT_URL, mail.url)
        number(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(mail.connectTimeout))
        number(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(mail.total.components.seconds)))
        number(CURLOPT_USE_SSL, Int(mail.encryption == .required ? CCURL_USE_SSL_ALL : CCURL_USE_SSL_NONE))
        // The next mail logs in anew: a pooled connection would be closed with a wait for its last reply at any time.
        number(CURLOPT_FORBID_REUSE, 1)
        if let login = mail.login {
            text(CURLOPT_USERNAME, login.user)
            text(CURLOPT_PASSWORD, login.password)
        }
        guard let content = mail.content else {
            text(CURLOPT_CUSTOMREQUEST, "NOOP")
            return number(CURLOPT_NOBODY, 1)
        }
        text(CURLOPT_MAIL_FROM, mail.sender)
        setRecipients(mail.recipients)
        unsafe _ = ccurl_set_data_callback(raw, CURLOPT_READFUNCTION) { bytes, size, count, transfer in
            let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            return unsafe EasyHandle.transfer(transfer).readContent(into: buffer)
        }
        number(CURLOPT_UPLOAD, 1)
        unsafe _ = ccurl_set_size(raw, CURLOPT_INFILESIZE_LARGE, Int64(content.readableBytes))
    }
}
