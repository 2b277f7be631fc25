#include "tolerant.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace {
bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }
}  // namespace

csimdjson_status TolerantReader::read(
    const uint8_t *source, size_t length, size_t maximum_depth, unsigned chosen) {
    bytes = source, size = length, at = 0, options = chosen;
    tape.clear(), strings.clear(), open.clear();
    strings.reserve(64);  // so that `strings.data()` is never null
    lone_surrogates = raw_numbers = false;
    append('r');
    skip_space();
    if (at == size) return CSIMDJSON_EMPTY;

    while (true) {
        // A value, or the opening of a container whose first value comes next.
        const uint8_t first = bytes[at];
        if (first == '{' || first == '[') {
            if (open.size() == maximum_depth) return CSIMDJSON_TOO_DEEP;
            open.push_back({tape.size(), 0});
            append(static_cast<char>(first));
            at++;
            skip_space();
            if (bytes[at] == (first == '{' ? '}' : ']')) {
                close(static_cast<char>(bytes[at++]));
            } else {
                if (first == '{') {
                    if (auto status = key()) return status;
                }
                continue;
            }
        } else if (auto status = value()) {
            return status;
        }
        // What follows a value: the end, a comma and the next value, or closing brackets.
        while (true) {
            skip_space();
            if (open.empty()) {
                if (at != size) return CSIMDJSON_SYNTAX;
                append('r');
                tape[0] |= tape.size();
                return CSIMDJSON_OK;
            }
            open.back().count++;
            const bool in_object = tape[open.back().place] >> 56 == '{';
            const uint8_t next = bytes[at];
            if (next == ',') {
                at++;
                skip_space();
                if (in_object) {
                    if (auto status = key()) return status;
                }
                break;
            }
            if (next != (in_object ? '}' : ']')) return CSIMDJSON_SYNTAX;
            at++;
            close(static_cast<char>(next));
        }
    }
}

void TolerantReader::release() {
    std::vector<uint64_t>().swap(tape);
    std::vector<uint8_t>().swap(strings);
    std::vector<Open>().swap(open);
}

void TolerantReader::skip_space() {
    while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t') at++;
}

void TolerantReader::close(char kind) {
    const Open closed = open.back();
    open.pop_back();
    append(kind, closed.place);
    const uint64_t count = closed.count > 0xFFFFFF ? 0xFFFFFF : closed.count;
    tape[closed.place] |= count << 32 | tape.size();
}

/// A key and its colon.
csimdjson_status TolerantReader::key() {
    if (bytes[at] != '"') return CSIMDJSON_SYNTAX;
    if (auto status = string()) return status;
    skip_space();
    if (bytes[at] != ':') return CSIMDJSON_SYNTAX;
    at++;
    skip_space();
    return CSIMDJSON_OK;
}

csimdjson_status TolerantReader::value() {
    switch (bytes[at]) {
    case '"': return string();
    case 't': return word("true") ? CSIMDJSON_OK : CSIMDJSON_SYNTAX;
    case 'f': return word("false") ? CSIMDJSON_OK : CSIMDJSON_SYNTAX;
    case 'n': return word("null") ? CSIMDJSON_OK : CSIMDJSON_SYNTAX;
    default: return number();
    }
}

bool TolerantReader::word(const char *text) {
    const size_t length = std::strlen(text);
    if (std::memcmp(bytes + at, text, length) != 0) return false;
    append(*text);
    at += length;
    return true;
}

csimdjson_status TolerantReader::string() {
    append('"', strings.size());
    const size_t start = strings.size();
    strings.resize(start + sizeof(uint32_t));
    at++;
    while (bytes[at] != '"') {
        if (bytes[at] == '\\') {
            if (auto status = escape()) return status;
        } else if (bytes[at] < 0x20) {
            return CSIMDJSON_SYNTAX;  // also the zero byte after the end
        } else {
            strings.push_back(bytes[at++]);
        }
    }
    at++;
    const auto length = static_cast<uint32_t>(strings.size() - start - sizeof(uint32_t));
    std::memcpy(strings.data() + start, &length, sizeof length);
    strings.push_back(0);
    return CSIMDJSON_OK;
}

csimdjson_status TolerantReader::escape() {
    const uint8_t kind = bytes[at + 1];
    if (kind != 'u') {
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        const char *found = kind == 0 ? nullptr : std::strchr(from, kind);
        if (!found) return CSIMDJSON_SYNTAX;
        strings.push_back(static_cast<uint8_t>(to[found - from]));
        at += 2;
        return CSIMDJSON_OK;
    }
    const int unit = hex4(at + 2);
    if (unit < 0) return CSIMDJSON_SYNTAX;
    at += 6;
    if (unit < 0xD800 || unit > 0xDFFF) {
        put(static_cast<uint32_t>(unit));
        return CSIMDJSON_OK;
    }
    const int low = bytes[at] == '\\' && bytes[at + 1] == 'u' ? hex4(at + 2) : -1;
    if (unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
        at += 6;
        put(0x10000u + (static_cast<uint32_t>(unit - 0xD800) << 10) + static_cast<uint32_t>(low - 0xDC00));
        return CSIMDJSON_OK;
    }
    if (!(options & CSIMDJSON_KEEP_SURROGATES)) return CSIMDJSON_LONE_SURROGATE;
    lone_surrogates = true;
    put(static_cast<uint32_t>(unit));
    return CSIMDJSON_OK;
}

int TolerantReader::hex4(size_t from) const {
    int value = 0;
    for (size_t i = from; i < from + 4; i++) {
        const uint8_t byte = bytes[i];
        const uint8_t lower = byte | 0x20;
        if (is_digit(byte)) {
            value = value << 4 | (byte - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value << 4 | (lower - 'a' + 10);
        } else {
            return -1;  // also at the zero bytes after the end
        }
    }
    return value;
}

/// UTF-8, also of a lone surrogate, which then is not UTF-8 any more.
void TolerantReader::put(uint32_t scalar) {
    const auto more = [&](int shift) { strings.push_back(static_cast<uint8_t>(0x80 | (scalar >> shift & 0x3F))); };
    if (scalar < 0x80) {
        strings.push_back(static_cast<uint8_t>(scalar));
    } else if (scalar < 0x800) {
        strings.push_back(static_cast<uint8_t>(0xC0 | scalar >> 6));
        more(0);
    } else if (scalar < 0x10000) {
        strings.push_back(static_cast<uint8_t>(0xE0 | scalar >> 12));
        more(6), more(0);
    } else {
        strings.push_back(static_cast<uint8_t>(0xF0 | scalar >> 18));
        more(12), more(6), more(0);
    }
}

csimdjson_status TolerantReader::number() {
    const size_t start = at;
    if (bytes[at] == '-') at++;
    if (!is_digit(bytes[at])) return CSIMDJSON_SYNTAX;
    if (bytes[at] == '0') {
        at++;
    } else {
        while (is_digit(bytes[at])) at++;
    }
    bool whole = true;
    if (bytes[at] == '.') {
        whole = false;
        if (!is_digit(bytes[++at])) return CSIMDJSON_SYNTAX;
        while (is_digit(bytes[at])) at++;
    }
    if (bytes[at] == 'e' || bytes[at] == 'E') {
        whole = false;
        at++;
        if (bytes[at] == '+' || bytes[at] == '-') at++;
        if (!is_digit(bytes[at])) return CSIMDJSON_SYNTAX;
        while (is_digit(bytes[at])) at++;
    }
    // A letter or digit right after (`01`, `1x`) is found by whoever looks for a comma next.
    const char *from = reinterpret_cast<const char *>(bytes + start), *to = reinterpret_cast<const char *>(bytes + at);
    uint64_t word = 0;
    if (whole) {
        int64_t integer = 0;
        if (std::from_chars(from, to, integer).ec == std::errc()) {
            append('l');
            std::memcpy(&word, &integer, sizeof word);
        } else if (std::from_chars(from, to, word).ec == std::errc()) {
            append('u');
        } else {
            return range_error(start);
        }
    } else {
        double real = 0;
        if (std::from_chars(from, to, real).ec != std::errc()) {
            // Too large, or so small that it is zero. `strtod` tells; here it only sees what the grammar allows.
            real = std::strtod(from, nullptr);
            if (real > 1 || real < -1) return range_error(start);
        }
        append('d');
        std::memcpy(&word, &real, sizeof word);
    }
    tape.push_back(word);
    return CSIMDJSON_OK;
}

csimdjson_status TolerantReader::range_error(size_t start) {
    if (!(options & CSIMDJSON_KEEP_NUMBERS)) return CSIMDJSON_NUMBER_OUT_OF_RANGE;
    raw_numbers = true;
    append(CSIMDJSON_RAW_NUMBER, start);
    tape.push_back(at - start);
    return CSIMDJSON_OK;
}
