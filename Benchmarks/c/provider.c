// A scripted model provider that costs little: one thread, epoll, answers made before anybody asks.
//
//   provider PORT      listens on 127.0.0.1:PORT (0: any) and prints the port
//
// POST …/chat/completions is answered by what the request's body says:
//   no "stream":true         a JSON completion of about 0.7 kB
//   "model":"bench-burst-N"      N chunks and [DONE], in one write
//   "model":"bench-paced-N-Dms"  a chunk at once, then one every D milliseconds, [DONE] behind the last
//   "model":"bench-hold-N-Dms"   N chunks at once, then silence for D milliseconds, then [DONE]
// GET …/models is answered with a list of one. Each completion id is used once. A chunk's text is '@' and the time at
// which it was written, in hexadecimal nanoseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

#define ID "chatcmpl-bench-0000000000000000"
#define STAMP "@0000000000000000"
#define USAGE "{\"prompt_tokens\":112,\"completion_tokens\":64,\"total_tokens\":176}"

static const char json_body[] =
    "{\"id\":\"" ID "\",\"object\":\"chat.completion\",\"created\":1770000000,\"model\":\"bench-1\",\"choices\":[{\"index\":0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"Masala chai ke liye do cup paani ubaliye, usme adrak, elaichi aur "
    "laung daliye, phir do chammach chai patti. Do minute baad ek cup doodh aur cheeni milaiye, aur dheemi aanch par paanch "
    "minute pakne dijiye. Chhan kar garam garam pijiye; saath mein biscuit ya pakode ho to aur bhi maza aayega. Agar "
    "zyada kadak chahiye to patti thodi badha dijiye.\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
    "\"usage\":" USAGE ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_bench\"}";
static const char models_body[] =
    "{\"object\":\"list\",\"data\":[{\"id\":\"bench-1\",\"object\":\"model\",\"created\":1770000000,\"owned_by\":\"bench\"}]}";
static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char chunk_body[] =
    "data: {\"id\":\"" ID "\",\"object\":\"chat.completion.chunk\",\"created\":1770000000,\"model\":\"bench-1\","
    "\"system_fingerprint\":\"fp_bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" " STAMP "\"},\"logprobs\":null,"
    "\"finish_reason\":null}]}\n\n";
static const char last_body[] =
    "data: {\"id\":\"" ID "\",\"object\":\"chat.completion.chunk\",\"created\":1770000000,\"model\":\"bench-1\","
    "\"system_fingerprint\":\"fp_bench\",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
    "\"usage\":" USAGE "}\n\ndata: [DONE]\n\n";

// A piece of an answer with the places where an id and a stamp go; -1 for none.
struct piece { char *text; size_t length; long id, stamp; };
static struct piece json_piece, models_piece, chunk_piece, last_piece;

static struct piece piece_of(const char *text) {
    struct piece piece = {.text = strdup(text), .length = strlen(text), .id = -1, .stamp = -1};
    char *id = strstr(piece.text, ID), *stamp = strstr(piece.text, STAMP);
    if (id) piece.id = id - piece.text + (long)strlen(ID) - 16;
    if (stamp) piece.stamp = stamp - piece.text + 1;
    return piece;
}

static struct piece answer(const char *body) {
    char text[4096];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    return piece_of(text);
}

static struct piece chunk(const char *body, const char *end) {
    char text[4096];
    snprintf(text, sizeof text, "%zx\r\n%s\r\n%s", strlen(body), body, end);
    return piece_of(text);
}

struct connection {
    char *in, *out;
    size_t in_length, in_capacity, out_offset, out_length, out_capacity;
    uint32_t age;            // grows when the descriptor is closed, so that old timers are not mistaken
    bool streaming;
    int chunks_left;         // of the running stream
    uint64_t interval, due;  // of its next chunk, ns
    uint64_t id;
};

static struct connection *connections;  // by descriptor
static struct timers timers;
static uint64_t next_id;
static int poller;

static void append(struct connection *c, const char *text, size_t length) {
    if (c->out_length + length > c->out_capacity)
        c->out = grown(c->out, c->out_capacity = (c->out_length + length) * 2);
    memcpy(c->out + c->out_length, text, length);
    c->out_length += length;
}

static void append_piece(struct connection *c, const struct piece *piece) {
    append(c, piece->text, piece->length);
    char *start = c->out + c->out_length - piece->length;
    if (piece->id >= 0) write_hex(start + piece->id, c->id);
    if (piece->stamp >= 0) write_hex(start + piece->stamp, now_ns());
}

static void drop(int fd) {
    struct connection *c = &connections[fd];
    close(fd);
    free(c->in);
    free(c->out);
    uint32_t age = c->age + 1;
    *c = (struct connection){.age = age};
}

// False when the connection is gone.
static bool flush(int fd) {
    struct connection *c = &connections[fd];
    while (c->out_offset < c->out_length) {
        ssize_t n = send(fd, c->out + c->out_offset, c->out_length - c->out_offset, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) return true;  // the poller tells when there is room again
        if (n < 0) { drop(fd); return false; }
        c->out_offset += (size_t)n;
    }
    c->out_offset = c->out_length = 0;
    return true;
}

static void schedule(int fd) {
    struct connection *c = &connections[fd];
    timers_add(&timers, (struct timer){.due = c->due, .fd = fd, .age = c->age});
}

// The next chunk of a paced stream, or the end of a held one.
static void step(int fd) {
    struct connection *c = &connections[fd];
    if (c->chunks_left > 0) { append_piece(c, &chunk_piece); c->chunks_left--; }
    if (c->chunks_left == 0) { append_piece(c, &last_piece); c->streaming = false; }
    else { c->due += c->interval; schedule(fd); }
}

static void begin(int fd, const char *body, size_t length) {
    struct connection *c = &connections[fd];
    c->id = next_id++;
    if (!memmem(body, length, "\"stream\":true", 13) && !memmem(body, length, "\"stream\": true", 14)) {
        append_piece(c, &json_piece);
        return;
    }
    const char *name = memmem(body, length, "bench-", 6);
    int chunks = 64, pause = 0;
    append(c, stream_head, sizeof stream_head - 1);
    if (name && sscanf(name, "bench-paced-%d-%dms", &chunks, &pause) == 2) {
        c->streaming = true;
        c->chunks_left = chunks;
        c->interval = (uint64_t)pause * 1000000u;
        c->due = now_ns();
        step(fd);
        return;
    }
    if (name && sscanf(name, "bench-hold-%d-%dms", &chunks, &pause) != 2) sscanf(name, "bench-burst-%d", &chunks);
    for (int i = 0; i < chunks; i++) append_piece(c, &chunk_piece);
    if (pause == 0) { append_piece(c, &last_piece); return; }
    c->streaming = true;
    c->chunks_left = 0;
    c->due = now_ns() + (uint64_t)pause * 1000000u;
    schedule(fd);
}

// Answers the requests that have come whole; one at a time.
static void serve(int fd) {
    struct connection *c = &connections[fd];
    while (c->in_length > 0 && !c->streaming) {
        char *end = memmem(c->in, c->in_length, "\r\n\r\n", 4);
        if (!end) break;
        size_t head = (size_t)(end - c->in) + 4, body = 0;
        for (char *line = memmem(c->in, head, "\r\n", 2); line && line < end; ) {
            line += 2;
            if (strncasecmp(line, "content-length:", 15) == 0) body = strtoul(line + 15, NULL, 10);
            line = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        }
        if (c->in_length < head + body) break;
        if (strncmp(c->in, "GET", 3) == 0) append_piece(c, &models_piece);
        else begin(fd, c->in + head, body);
        c->in_length -= head + body;
        memmove(c->in, c->in + head + body, c->in_length);
    }
    flush(fd);
}

static void receive(int fd) {
    struct connection *c = &connections[fd];
    for (;;) {
        if (c->in_capacity - c->in_length < 2048) c->in = grown(c->in, c->in_capacity = c->in_capacity * 2 + 4096);
        size_t room = c->in_capacity - c->in_length;
        ssize_t n = recv(fd, c->in + c->in_length, room, 0);
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) { drop(fd); return; }
        c->in_length += (size_t)n;
        if ((size_t)n < room) break;
    }
    serve(fd);
}

static void accept_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static void fire(uint64_t now) {
    while (timers.count > 0 && timers.heap[0].due <= now) {
        struct timer t = timers_take(&timers);
        struct connection *c = &connections[t.fd];
        if (c->age != t.age || !c->streaming) continue;
        step(t.fd);
        if (flush(t.fd) && !c->streaming && c->in_length > 0) serve(t.fd);
    }
}

int main(int count, char **arguments) {
    if (count != 2) { fputs("usage: provider PORT\n", stderr); return 64; }
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    connections = calloc(limit.rlim_cur, sizeof *connections);
    json_piece = answer(json_body);
    models_piece = answer(models_body);
    chunk_piece = chunk(chunk_body, "");
    last_piece = chunk(last_body, "0\r\n\r\n");
    next_id = (uint64_t)time(NULL) << 32 | (uint64_t)(getpid() & 0xff) << 24;

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) { perror("provider"); return 71; }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[512];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct timespec room;
        int n = epoll_pwait2(poller, events, 512, wait_until(timers.count ? timers.heap[0].due : UINT64_MAX, &room), NULL);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) { accept_all(listener); continue; }
            uint32_t age = connections[fd].age;
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(fd);
            if ((events[i].events & EPOLLOUT) && connections[fd].age == age) flush(fd);
        }
        if (timers.count) fire(now_ns());
    }
}
