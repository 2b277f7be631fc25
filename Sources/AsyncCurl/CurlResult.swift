import CLibcurl

/// What a CURLcode means for a caller.
enum CurlResult {
    static func result(of code: CURLcode, _ transfer: Transfer) -> Result<Void, CurlError> {
        let words = transfer.easy.errorMessage
        return switch code {
        case CURLE_OK: .success(())
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .failure(.invalidURL)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
            .failure(.connectFailed(words))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_INITFAILED:
            .failure(.tls(words))
        // Everything else that takes too long is ended by us.
        case CURLE_OPERATION_TIMEDOUT: .failure(.timeout(.connect))
        case CURLE_ABORTED_BY_CALLBACK where transfer.isWithheld: .failure(.withheld)
        // A callback of ours aborts what would be sent a second time.
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_ABORTED_BY_CALLBACK,
            CURLE_WEIRD_SERVER_REPLY:
            .failure(.cut(receivedBytes: transfer.receivedBytes))
        default: .failure(.transport(code: Int32(code.rawValue), words))
        }
    }
}
