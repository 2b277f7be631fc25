#ifndef GLEANER_CLIBCURL_SHIM_H
#define GLEANER_CLIBCURL_SHIM_H

// Swift cannot call variadic functions: one typed setter per kind of argument.
#include <curl/curl.h>
#include <stdint.h>

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *transfer);
typedef int (*ccurl_socket_callback)(void *easy, curl_socket_t socket, int what, void *thread, void *socket_data);
typedef int (*ccurl_timer_callback)(void *multi, long timeout_ms, void *thread);

static inline int ccurl_set_long(void *easy, CURLoption option, long value) {
    return (int)curl_easy_setopt(easy, option, value);
}
static inline int ccurl_set_size(void *easy, CURLoption option, int64_t value) {
    return (int)curl_easy_setopt(easy, option, (curl_off_t)value);
}
static inline int ccurl_set_text(void *easy, CURLoption option, const char *value) {
    return (int)curl_easy_setopt(easy, option, value);
}
static inline int ccurl_set_pointer(void *easy, CURLoption option, void *value) {
    return (int)curl_easy_setopt(easy, option, value);
}
static inline int ccurl_set_data_callback(void *easy, CURLoption option, ccurl_data_callback value) {
    return (int)curl_easy_setopt(easy, option, value);
}
typedef int (*ccurl_prerequest_callback)(void *transfer, char *ip, char *local_ip, int port, int local_port);
static inline int ccurl_set_prerequest(void *easy, ccurl_prerequest_callback value) {
    return (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}
/// Bytes of requests that a transfer has handed to connections, over all of its tries.
static inline int64_t ccurl_request_bytes_sent(void *easy) {
    long head = 0;
    curl_off_t body = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &head);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &body);
    return (int64_t)head + (int64_t)body;
}

static inline int ccurl_multi_set_long(void *multi, CURLMoption option, long value) {
    return (int)curl_multi_setopt(multi, option, value);
}
static inline int ccurl_multi_set_callbacks(
    void *multi, ccurl_socket_callback on_socket, ccurl_timer_callback on_timer, void *thread) {
    int a = (int)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    int b = (int)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, thread);
    int c = (int)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    int d = (int)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, thread);
    return a | b | c | d;
}

/// The next finished transfer, or NULL; `*code` is its CURLcode.
static inline void *ccurl_multi_finished(void *multi, int *code) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            *code = (int)message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

enum { CCURL_USE_SSL_NONE = CURLUSESSL_NONE, CCURL_USE_SSL_ALL = CURLUSESSL_ALL };
enum { CCURL_PAUSE = CURL_WRITEFUNC_PAUSE, CCURL_GO_ON = CURL_PREREQFUNC_OK, CCURL_ABORT = CURL_PREREQFUNC_ABORT };

#endif
