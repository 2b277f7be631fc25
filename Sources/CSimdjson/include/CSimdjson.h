#ifndef CSIMDJSON_H
#define CSIMDJSON_H

// simdjson with a C face. A document is read into simdjson's "tape" (doc/tape.md of simdjson, unchanged since 0.3),
// which is walked in place: no call and no allocation for a node.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CSIMDJSON_OK = 0,
    CSIMDJSON_EMPTY,
    CSIMDJSON_NOT_UTF8,
    CSIMDJSON_BYTE_ORDER_MARK,
    CSIMDJSON_SYNTAX,
    CSIMDJSON_TOO_DEEP,
    CSIMDJSON_LONE_SURROGATE,
    CSIMDJSON_NUMBER_OUT_OF_RANGE,
    CSIMDJSON_TOO_LARGE
} csimdjson_status;

enum {
    CSIMDJSON_KEEP_SURROGATES = 1,  // lone ones become three bytes each, ED A0…BF 80…BF ("WTF-8")
    CSIMDJSON_KEEP_NUMBERS = 2,     // those out of range become CSIMDJSON_RAW_NUMBER
    CSIMDJSON_TOLERANT_ONLY = 4     // leave simdjson out; for tests that compare the two readers
};

/// The first byte of a tape word; the other 56 bits are its payload.
enum {
    CSIMDJSON_ROOT = 'r',
    CSIMDJSON_OBJECT = '{',
    CSIMDJSON_OBJECT_END = '}',
    CSIMDJSON_ARRAY = '[',
    CSIMDJSON_ARRAY_END = ']',
    CSIMDJSON_STRING = '"',
    CSIMDJSON_INT64 = 'l',
    CSIMDJSON_UINT64 = 'u',
    CSIMDJSON_DOUBLE = 'd',
    CSIMDJSON_TRUE = 't',
    CSIMDJSON_FALSE = 'f',
    CSIMDJSON_NULL = 'n',
    CSIMDJSON_RAW_NUMBER = 'z'  // ours: payload is the offset in the source, the next word the length
};

/// Valid until the next parse on the same parser, or until it is given back.
typedef struct {
    const uint64_t *tape;
    const uint8_t *strings;
    const uint8_t *source;
    size_t size;
    bool lone_surrogates;
    bool raw_numbers;
} csimdjson_document;

/// A member of the outermost object; ranges are in the source, a key's with its quotes.
typedef struct {
    size_t key_offset, key_size, value_offset, value_size;
    size_t key, value;  // places on the tape
} csimdjson_member;

typedef struct csimdjson_parser csimdjson_parser;

/// A parser from the calling thread's stock, or a new one. Never NULL: without memory the process ends.
csimdjson_parser *csimdjson_borrow(size_t maximum_depth);
/// Back to the calling thread's stock, without the buffers that only a large document needed.
void csimdjson_give_back(csimdjson_parser *parser);

csimdjson_status csimdjson_parse(
    csimdjson_parser *parser, const void *bytes, size_t size, unsigned options, csimdjson_document *document);
/// The members of the outermost object of the document parsed last, in the order of the source.
size_t csimdjson_members(csimdjson_parser *parser, const csimdjson_member **members);
/// Whether an object at or below `place` has a key twice, compared after unescaping.
bool csimdjson_has_duplicate_keys(csimdjson_parser *parser, size_t place);
/// Whether the value at `place` and all below it hold no U+0000 and no numbers but whole ones within 64 bits.
bool csimdjson_is_simple(csimdjson_parser *parser, size_t place);

static inline uint8_t csimdjson_kind(const uint64_t *tape, size_t place) { return (uint8_t)(tape[place] >> 56); }
static inline uint64_t csimdjson_payload(const uint64_t *tape, size_t place) {
    return tape[place] & 0x00FFFFFFFFFFFFFFu;
}
/// The place after the value at `place`.
static inline size_t csimdjson_after(const uint64_t *tape, size_t place) {
    switch (csimdjson_kind(tape, place)) {
    case CSIMDJSON_OBJECT:
    case CSIMDJSON_ARRAY: return (size_t)(uint32_t)tape[place];
    case CSIMDJSON_INT64:
    case CSIMDJSON_UINT64:
    case CSIMDJSON_DOUBLE:
    case CSIMDJSON_RAW_NUMBER: return place + 2;
    default: return place + 1;
    }
}
static inline const uint8_t *csimdjson_text(
    const uint64_t *tape, const uint8_t *strings, size_t place, size_t *size) {
    const uint8_t *text = strings + csimdjson_payload(tape, place);
    uint32_t length;
    __builtin_memcpy(&length, text, sizeof length);
    *size = length;
    return text + sizeof length;
}

#ifdef __cplusplus
}
#endif
#endif
