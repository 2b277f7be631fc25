#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

#include "CSimdjson.h"
#include "tolerant.hpp"

namespace {
/// Buffers for documents up to this size are kept between documents: simdjson touches at most 14 bytes a byte.
constexpr size_t kept_capacity = 256 << 10;
constexpr size_t kept_parsers = 4;
/// The tape counts in 32 bits.
constexpr size_t largest_document = 0x7FFFFFFF;

struct Key {
    const uint8_t *text;
    size_t size;
    bool operator==(const Key &other) const {
        return size == other.size && std::memcmp(text, other.text, size) == 0;
    }
    bool operator<(const Key &other) const {
        return size != other.size ? size < other.size : std::memcmp(text, other.text, size) < 0;
    }
};

bool starts_like_utf16_or_32(const uint8_t *bytes, size_t size) {
    if (size >= 2 && ((bytes[0] == 0xFE && bytes[1] == 0xFF) || (bytes[0] == 0xFF && bytes[1] == 0xFE))) return true;
    // RFC 4627 §3: the first two characters are ASCII, so the zeros among the first four bytes tell.
    if (size < 4) return false;
    const int zeros = (bytes[0] == 0) << 3 | (bytes[1] == 0) << 2 | (bytes[2] == 0) << 1 | (bytes[3] == 0);
    return zeros == 0b1110 || zeros == 0b1010 || zeros == 0b0111 || zeros == 0b0101;
}
}  // namespace

struct csimdjson_parser {
    explicit csimdjson_parser(size_t depth) : maximum_depth(depth) {}

    const size_t maximum_depth;
    simdjson::dom::parser fast;
    TolerantReader tolerant;
    std::vector<uint8_t> source;  // a copy, followed by simdjson::SIMDJSON_PADDING zero bytes
    size_t size = 0;
    const uint64_t *tape = nullptr;
    const uint8_t *strings = nullptr;
    std::vector<csimdjson_member> members;
    std::vector<Key> keys;

    void copy(const uint8_t *bytes, size_t length) {
        if (source.size() < length + simdjson::SIMDJSON_PADDING) {
            // Small buffers grow in steps because they are kept; a large one is as large as its document.
            size_t capacity = std::max<size_t>(source.size(), 4096);
            while (capacity < length + simdjson::SIMDJSON_PADDING) capacity *= 2;
            if (capacity > kept_capacity) capacity = length + simdjson::SIMDJSON_PADDING;
            std::vector<uint8_t>(capacity).swap(source);
        }
        std::memcpy(source.data(), bytes, length);
        std::memset(source.data() + length, 0, simdjson::SIMDJSON_PADDING);
        size = length;
    }

    bool parse_fast() {
        if (fast.capacity() < size && fast.allocate(source.size(), maximum_depth)) return false;
        if (fast.parse(source.data(), size, false).error()) return false;
        tape = fast.doc.tape.get();
        strings = fast.doc.string_buf.get();
        return true;
    }

    csimdjson_status parse_tolerant(unsigned options) {
        if (!simdjson::validate_utf8(reinterpret_cast<const char *>(source.data()), size)) return CSIMDJSON_NOT_UTF8;
        const auto status = tolerant.read(source.data(), size, maximum_depth, options);
        tape = tolerant.tape.data();
        strings = tolerant.strings.data();
        return status;
    }

    void shrink() {
        if (source.size() <= kept_capacity) return;
        std::vector<uint8_t>().swap(source);
        std::vector<csimdjson_member>().swap(members);
        std::vector<Key>().swap(keys);
        fast = simdjson::dom::parser();
        tolerant.release();
    }

    Key key_at(size_t place) const {
        Key key{};
        key.text = csimdjson_text(tape, strings, place, &key.size);
        return key;
    }

    /// Past the string whose opening quote is at `at`. The document is known to be valid.
    size_t after_string(size_t at) const {
        const uint8_t *bytes = source.data();
        for (at++;; at++) {
            at = static_cast<const uint8_t *>(std::memchr(bytes + at, '"', size - at)) - bytes;
            size_t slashes = 0;
            while (bytes[at - 1 - slashes] == '\\') slashes++;
            if (slashes % 2 == 0) return at + 1;
        }
    }
    size_t after_value(size_t at) const {
        const uint8_t *bytes = source.data();
        if (bytes[at] == '"') return after_string(at);
        if (bytes[at] != '{' && bytes[at] != '[') {
            while (!std::strchr(",}] \n\r\t", bytes[at])) at++;
            return at;
        }
        for (size_t depth = 0;;) {
            switch (bytes[at]) {
            case '"': at = after_string(at); continue;
            case '{':
            case '[': depth++; break;
            case '}':
            case ']': depth--; break;
            default: break;
            }
            at++;
            if (depth == 0) return at;
        }
    }
    size_t after_space(size_t at) const {
        const uint8_t *bytes = source.data();
        while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t') at++;
        return at;
    }

    void find_members() {
        members.clear();
        if (csimdjson_kind(tape, 1) != CSIMDJSON_OBJECT) return;
        size_t at = after_space(0);
        for (size_t place = 2; csimdjson_kind(tape, place) != CSIMDJSON_OBJECT_END;) {
            csimdjson_member member;
            member.key = place;
            member.value = place + 1;
            member.key_offset = after_space(at + 1);  // after `{` or `,`
            at = after_string(member.key_offset);
            member.key_size = at - member.key_offset;
            member.value_offset = after_space(after_space(at) + 1);  // after `:`
            at = after_value(member.value_offset);
            member.value_size = at - member.value_offset;
            at = after_space(at);
            members.push_back(member);
            place = csimdjson_after(tape, member.value);
        }
    }

    bool has_duplicate(size_t object) {
        keys.clear();
        for (size_t place = object + 1; csimdjson_kind(tape, place) != CSIMDJSON_OBJECT_END;) {
            keys.push_back(key_at(place));
            place = csimdjson_after(tape, place + 1);
        }
        if (keys.size() <= 8) {
            for (size_t i = 1; i < keys.size(); i++) {
                if (std::find(keys.begin(), keys.begin() + i, keys[i]) != keys.begin() + i) return true;
            }
            return false;
        }
        std::sort(keys.begin(), keys.end());
        return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
    }
};

namespace {
thread_local std::vector<std::unique_ptr<csimdjson_parser>> stock;
}

csimdjson_parser *csimdjson_borrow(size_t maximum_depth) {
    for (auto &one : stock) {
        if (one->maximum_depth != maximum_depth) continue;
        auto *parser = one.release();
        std::swap(one, stock.back());
        stock.pop_back();
        return parser;
    }
    return new csimdjson_parser(maximum_depth);
}

void csimdjson_give_back(csimdjson_parser *parser) {
    std::unique_ptr<csimdjson_parser> owned(parser);
    if (stock.size() >= kept_parsers) return;
    owned->shrink();
    stock.push_back(std::move(owned));
}

csimdjson_status csimdjson_parse(
    csimdjson_parser *parser, const void *bytes, size_t size, unsigned options, csimdjson_document *document) {
    const auto *first = static_cast<const uint8_t *>(bytes);
    if (size == 0) return CSIMDJSON_EMPTY;
    if (size > largest_document) return CSIMDJSON_TOO_LARGE;
    if (size >= 3 && first[0] == 0xEF && first[1] == 0xBB && first[2] == 0xBF) return CSIMDJSON_BYTE_ORDER_MARK;
    if (starts_like_utf16_or_32(first, size)) return CSIMDJSON_NOT_UTF8;
    try {
        parser->copy(first, size);
        const bool fast = !(options & CSIMDJSON_TOLERANT_ONLY) && parser->parse_fast();
        if (!fast) {
            if (const auto status = parser->parse_tolerant(options)) return status;
        }
        *document = {parser->tape, parser->strings, parser->source.data(), size,
                     !fast && parser->tolerant.lone_surrogates, !fast && parser->tolerant.raw_numbers};
        return CSIMDJSON_OK;
    } catch (const std::bad_alloc &) {
        return CSIMDJSON_TOO_LARGE;
    }
}

size_t csimdjson_members(csimdjson_parser *parser, const csimdjson_member **members) {
    parser->find_members();
    *members = parser->members.data();
    return parser->members.size();
}

bool csimdjson_has_duplicate_keys(csimdjson_parser *parser, size_t place) {
    const uint64_t *tape = parser->tape;
    const size_t end = csimdjson_after(tape, place);
    while (place < end) {
        const uint8_t kind = csimdjson_kind(tape, place);
        if (kind == CSIMDJSON_OBJECT && parser->has_duplicate(place)) return true;
        // One step into containers, past anything else.
        place = kind == CSIMDJSON_OBJECT || kind == CSIMDJSON_ARRAY ? place + 1 : csimdjson_after(tape, place);
    }
    return false;
}

bool csimdjson_is_simple(csimdjson_parser *parser, size_t place) {
    const uint64_t *tape = parser->tape;
    const size_t end = csimdjson_after(tape, place);
    while (place < end) {
        switch (csimdjson_kind(tape, place)) {
        case CSIMDJSON_DOUBLE:
        case CSIMDJSON_RAW_NUMBER: return false;
        case CSIMDJSON_INT64:
        case CSIMDJSON_UINT64: place += 2; break;
        case CSIMDJSON_STRING: {
            const Key text = parser->key_at(place++);
            if (text.size > 0 && std::memchr(text.text, 0, text.size)) return false;
            break;
        }
        default: place++;
        }
    }
    return true;
}
