// A load generator that costs little: one thread, epoll, requests made before the first is sent.
//
//   load --port P [--host H] [--path /v1/chat/completions] [--key K] [--model M] [--stream] [--body BYTES]
//        [--connections C] [--seconds S | --count N] [--rate R] [--ramp-ms M] [--grace S]
//
// Closed loop: each connection sends, reads the whole answer, sends again. Open loop (--rate R): a request is due
// every 1/R seconds whatever became of the others, and its latency counts from when it was due, so that a server that
// stalls is not asked less. Nothing new begins after S seconds or N requests; what is on the way is read to its end,
// for at most --grace seconds. --ramp-ms spreads the first requests of the connections.
//
// Prints one JSON object. Latencies are in microseconds: whole answers, first body byte, and per chunk from when the
// provider wrote it to when it was read here (see provider.c).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

struct series { uint32_t *values; size_t count, capacity; };  // 0.1 microseconds; 429 s at most

static void note(struct series *s, uint64_t ns) {
    if (s->count == s->capacity) s->values = grown(s->values, (s->capacity = s->capacity * 2 + 4096) * sizeof *s->values);
    uint64_t value = ns / 100;
    s->values[s->count++] = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

enum state { unopened, connecting, idle, sending, head, body_by_length, chunk_size, chunk_data, chunk_end, trailer };

struct connection {
    int fd;
    enum state state;
    bool closes, fresh;      // the answer said Connection: close; no answer has come on this connection yet
    size_t sent, line;       // of the request; of `text`
    uint64_t left;           // of the body or chunk
    uint64_t began;          // when the request was due
    int status, stamp_digits;
    uint64_t stamp;
    bool first_byte;
    char text[2048];         // the answer's head, or a chunk's size
};

static struct options {
    const char *host, *path, *key, *model;
    int port, connections, body;
    bool stream;
    double seconds, rate, grace;
    uint64_t count, ramp;
} options = {.host = "127.0.0.1", .path = "/v1/chat/completions", .key = "none", .model = "bench-json",
             .connections = 1, .body = 500, .grace = 30};

static struct connection *connections;
static int poller, busy;
static char *request;
static size_t request_length, request_number;  // where the number of the request stands in it
static uint64_t sent, answered, failed, refused, chunks, bytes, stop_at, last_at;
static int statuses[600];
static struct series latencies, first_bytes, transits;
static struct sockaddr_in server;

static uint64_t *due_times;  // open loop: requests that wait for a connection
static size_t due_first, due_count, due_capacity;
static int *idle_list, idle_count;

static void make_request(void) {
    char *json = malloc((size_t)options.body + 4096);
    int n = sprintf(json, "{\"model\":\"%s\",%s\"user\":\"user-7\",\"messages\":[{\"role\":\"system\",\"content\":"
                    "\"You answer in Hinglish.\"},{\"role\":\"user\",\"content\":\"0000000000000000 ", options.model,
                    options.stream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "");
    const char *words = "Do log ke liye masala chai ki recipe batao, adrak wali, jaldi ban jaye. ";
    for (int i = 0; n < options.body - 5; i++) json[n++] = words[(size_t)i % strlen(words)];
    n += sprintf(json + n, "\"}]}");
    request = malloc((size_t)n + 1024);
    request_length = (size_t)sprintf(request,
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        "Accept: */*\r\nUser-Agent: bench\r\nContent-Length: %d\r\n\r\n%s",
        options.path, options.host, options.port, options.key, n, json);
    request_number = (size_t)(strstr(request, "0000000000000000") - request);
    free(json);
}

static bool may_begin(uint64_t now) { return now < stop_at && (!options.count || sent < options.count); }

static void drop(struct connection *c) {
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->state = unopened;
}

static void finished(struct connection *c, bool whole);

static void push(struct connection *c) {
    while (c->sent < request_length) {
        ssize_t n = send(c->fd, request + c->sent, request_length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) { finished(c, false); return; }
        c->sent += (size_t)n;
    }
    c->state = head;
}

static void open_connection(struct connection *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    if (c->fd < 0) { finished(c, false); return; }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->state = connecting;
    c->fresh = true;
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) { finished(c, false); return; }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static void transmit(struct connection *c) {
    c->sent = c->line = 0;
    c->first_byte = false;
    c->stamp_digits = -1;
    if (c->state == unopened) { open_connection(c); return; }
    c->state = sending;
    push(c);
}

static void begin(struct connection *c, uint64_t due) {
    write_hex(request + request_number, sent);
    sent++;
    busy++;
    c->began = due;
    transmit(c);
}

// An exchange is over; the connection takes the next one that is due.
static void finished(struct connection *c, bool whole) {
    uint64_t now = now_ns();
    last_at = now;
    busy--;
    if (whole) {
        c->fresh = false;
        answered++;
        if (c->status >= 0 && c->status < 600) statuses[c->status]++;
        if (c->status == 200) note(&latencies, now - c->began); else refused++;
        c->state = idle;
        if (c->closes) drop(c);
    } else {
        failed++;
        drop(c);
        if (failed > 10000 && answered == 0) { fputs("nothing answers\n", stderr); exit(69); }
    }
    if (options.rate > 0) {
        if (due_count > 0) {
            uint64_t due = due_times[due_first++ % due_capacity];
            due_count--;
            begin(c, due);
        } else idle_list[idle_count++] = (int)(c - connections);
    } else if (whole && may_begin(now)) begin(c, now);
}

static void read_body(struct connection *c, const char *text, size_t length) {
    if (!c->first_byte) { c->first_byte = true; note(&first_bytes, now_ns() - c->began); }
    bytes += length;
    if (!options.stream) return;
    uint64_t now = 0;
    for (size_t i = 0; i < length; i++) {
        if (c->stamp_digits < 0) {
            const char *at = memchr(text + i, '@', length - i);
            if (!at) return;
            i = (size_t)(at - text);
            c->stamp_digits = 0;
            c->stamp = 0;
        } else {
            char digit = text[i];
            c->stamp = c->stamp << 4 | (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
            if (++c->stamp_digits == 16) {
                c->stamp_digits = -1;
                chunks++;
                if (!now) now = now_ns();
                if (now > c->stamp) note(&transits, now - c->stamp);
            }
        }
    }
}

// Reads the head that stands in `text`; false when it is none.
static bool read_head(struct connection *c) {
    c->text[c->line] = 0;
    if (sscanf(c->text, "HTTP/1.%*d %d", &c->status) != 1) return false;
    bool chunked = false;
    c->left = 0;
    c->closes = false;
    for (char *line = strstr(c->text, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0) c->left = strtoull(line + 15, NULL, 10);
        else if (strncasecmp(line, "transfer-encoding: chunked", 26) == 0) chunked = true;
        else if (strncasecmp(line, "connection: close", 17) == 0) c->closes = true;
    }
    c->line = 0;
    c->state = chunked ? chunk_size : body_by_length;
    return true;
}

// One pass over what was received; false when the connection cannot go on.
static bool take(struct connection *c, const char *text, size_t length) {
    for (size_t i = 0; i < length;) {
        switch (c->state) {
        case head:
            if (c->line + 1 >= sizeof c->text) return false;
            c->text[c->line++] = text[i++];
            if (c->line >= 4 && memcmp(c->text + c->line - 4, "\r\n\r\n", 4) == 0) {
                if (!read_head(c)) return false;
                if (c->state == body_by_length && c->left == 0) { finished(c, true); return i == length; }
            }
            break;
        case body_by_length:
        case chunk_data: {
            size_t part = length - i < c->left ? length - i : (size_t)c->left;
            read_body(c, text + i, part);
            i += part;
            c->left -= part;
            if (c->left == 0) {
                if (c->state == body_by_length) { finished(c, true); return i == length; }
                c->state = chunk_end;
                c->line = 0;
            }
            break;
        }
        case chunk_end:
            if (text[i++] == '\n') c->state = chunk_size;
            break;
        case chunk_size:
            if (c->line + 1 >= sizeof c->text) return false;
            c->text[c->line++] = text[i];
            if (text[i++] == '\n') {
                c->text[c->line] = 0;
                c->left = strtoull(c->text, NULL, 16);
                c->line = 0;
                c->state = c->left > 0 ? chunk_data : trailer;
            }
            break;
        case trailer:
            c->line = text[i] == '\n' ? c->line : c->line + (text[i] != '\r');
            if (text[i++] == '\n') {
                if (c->line == 0) { finished(c, true); return i == length; }
                c->line = 0;
            }
            break;
        default: return false;
        }
    }
    return true;
}

static void receive(struct connection *c) {
    static char room[256 << 10];
    for (;;) {
        ssize_t n = recv(c->fd, room, sizeof room, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            if (c->state == idle) { drop(c); return; }
            // A kept connection that the server closed just then: the request goes out once more on a new one.
            if (c->state == head && c->line == 0 && !c->fresh) { drop(c); transmit(c); return; }
            finished(c, false);
            return;
        }
        int fd = c->fd;
        if (!take(c, room, (size_t)n)) { if (c->fd == fd) finished(c, false); return; }
        if (c->fd != fd || (size_t)n < sizeof room) return;
    }
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void print_series(const char *name, struct series *s) {
    qsort(s->values, s->count, sizeof *s->values, ascending);
    double sum = 0;
    for (size_t i = 0; i < s->count; i++) sum += s->values[i];
    printf(",\"%s\":{\"count\":%zu", name, s->count);
    if (s->count > 0) {
        const double parts[] = {0.5, 0.9, 0.99, 0.999};
        const char *names[] = {"p50", "p90", "p99", "p999"};
        printf(",\"mean\":%.1f,\"min\":%.1f,\"max\":%.1f", sum / (double)s->count / 10, s->values[0] / 10.0,
               s->values[s->count - 1] / 10.0);
        for (int i = 0; i < 4; i++)
            printf(",\"%s\":%.1f", names[i], s->values[(size_t)(parts[i] * (double)(s->count - 1))] / 10.0);
    }
    printf("}");
}

static void print_report(uint64_t began) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("{\"sent\":%lu,\"answered\":%lu,\"failed\":%lu,\"not_200\":%lu,\"unfinished\":%d,\"chunks\":%lu,\"bytes\":%lu,"
           "\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"status\":{", sent, answered, failed, refused, busy, chunks, bytes,
           (double)(last_at - began) / 1e9, cpu);
    const char *comma = "";
    for (int i = 0; i < 600; i++) if (statuses[i]) { printf("%s\"%d\":%d", comma, i, statuses[i]); comma = ","; }
    printf("}");
    print_series("latency_us", &latencies);
    print_series("first_byte_us", &first_bytes);
    print_series("chunk_us", &transits);
    printf("}\n");
}

static void read_options(int count, char **arguments) {
    static const struct option names[] = {
        {"port", 1, 0, 'p'}, {"host", 1, 0, 'h'}, {"path", 1, 0, 'u'}, {"key", 1, 0, 'k'}, {"model", 1, 0, 'm'},
        {"stream", 0, 0, 's'}, {"body", 1, 0, 'b'}, {"connections", 1, 0, 'c'}, {"seconds", 1, 0, 't'},
        {"count", 1, 0, 'n'}, {"rate", 1, 0, 'r'}, {"ramp-ms", 1, 0, 'a'}, {"grace", 1, 0, 'g'}, {0, 0, 0, 0}};
    for (int option; (option = getopt_long(count, arguments, "", names, NULL)) != -1;) switch (option) {
        case 'p': options.port = atoi(optarg); break;
        case 'h': options.host = optarg; break;
        case 'u': options.path = optarg; break;
        case 'k': options.key = optarg; break;
        case 'm': options.model = optarg; break;
        case 's': options.stream = true; break;
        case 'b': options.body = atoi(optarg); break;
        case 'c': options.connections = atoi(optarg); break;
        case 't': options.seconds = atof(optarg); break;
        case 'n': options.count = strtoull(optarg, NULL, 10); break;
        case 'r': options.rate = atof(optarg); break;
        case 'a': options.ramp = strtoull(optarg, NULL, 10) * 1000000u; break;
        case 'g': options.grace = atof(optarg); break;
        default: exit(64);
    }
    if (!options.port || (options.seconds <= 0 && !options.count) || options.connections < 1) {
        fputs("load: --port and one of --seconds and --count are needed\n", stderr);
        exit(64);
    }
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    make_request();
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    inet_pton(AF_INET, options.host, &server.sin_addr);
    connections = calloc((size_t)options.connections, sizeof *connections);
    idle_list = calloc((size_t)options.connections, sizeof *idle_list);
    for (int i = 0; i < options.connections; i++) connections[i].fd = -1;
    due_times = calloc(due_capacity = 1 << 20, sizeof *due_times);
    poller = epoll_create1(EPOLL_CLOEXEC);

    uint64_t began = now_ns(), next_due = began;
    last_at = began;
    stop_at = options.seconds > 0 ? began + (uint64_t)(options.seconds * 1e9) : UINT64_MAX;
    int next_start = 0;  // closed loop: connections before it have begun
    if (options.rate > 0) for (int i = options.connections; i-- > 0;) idle_list[idle_count++] = i;
    static struct epoll_event events[512];
    for (uint64_t give_up = UINT64_MAX;;) {
        uint64_t now = now_ns(), wake = UINT64_MAX;
        if (options.rate > 0) {
            for (; next_due <= now && next_due < stop_at && (!options.count || sent + due_count < options.count);
                 next_due += (uint64_t)(1e9 / options.rate)) {
                if (idle_count > 0) begin(&connections[idle_list[--idle_count]], next_due);
                else if (due_count < due_capacity) due_times[(due_first + due_count++) % due_capacity] = next_due;
            }
            wake = next_due;
        } else {
            for (; next_start < options.connections && may_begin(now); next_start++) {
                uint64_t due = began + options.ramp * (uint64_t)next_start / (uint64_t)options.connections;
                if (due > now) { wake = due; break; }
                begin(&connections[next_start], now);
            }
        }
        bool over = !may_begin(now) || (options.count && sent + due_count >= options.count);
        if (over && busy == 0 && due_count == 0) break;
        if (over && give_up == UINT64_MAX) give_up = now + (uint64_t)(options.grace * 1e9);
        if (now >= give_up) break;
        if (over) wake = give_up;
        if (stop_at > now && stop_at < wake) wake = stop_at;
        struct timespec room;
        int n = epoll_pwait2(poller, events, 512, wait_until(wake, &room), NULL);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (c->fd < 0) continue;
            if (c->state == connecting) {
                if (events[i].events & (EPOLLERR | EPOLLHUP)) { finished(c, false); continue; }
                if (events[i].events & EPOLLOUT) { c->state = sending; push(c); }
            } else if (c->state == sending && (events[i].events & EPOLLOUT)) push(c);
            if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP))) receive(c);
        }
    }
    print_report(began);
    return failed > 0 || busy > 0 ? 1 : 0;
}
