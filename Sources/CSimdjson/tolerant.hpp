#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "CSimdjson.h"

/// A plain reader for what simdjson refuses: it keeps numbers out of range and lone surrogates when asked to, and says
/// which of the rules was broken. Writes the same tape. Never recurses; about ten times slower.
class TolerantReader {
public:
    std::vector<uint64_t> tape;
    std::vector<uint8_t> strings;
    bool lone_surrogates = false;
    bool raw_numbers = false;

    /// `bytes` is valid UTF-8 and followed by at least 16 zero bytes.
    csimdjson_status read(const uint8_t *bytes, size_t size, size_t maximum_depth, unsigned options);
    void release();

private:
    struct Open {
        size_t place;
        uint32_t count;
    };
    std::vector<Open> open;
    const uint8_t *bytes = nullptr;
    size_t size = 0, at = 0;
    unsigned options = 0;

    void append(char kind, uint64_t payload = 0) {
        tape.push_back(static_cast<uint64_t>(static_cast<uint8_t>(kind)) << 56 | payload);
    }
    void skip_space();
    bool word(const char *text);
    void close(char kind);
    csimdjson_status value();
    csimdjson_status key();
    csimdjson_status string();
    csimdjson_status escape();
    csimdjson_status number();
    csimdjson_status range_error(size_t start);
    int hex4(size_t from) const;
    void put(uint32_t scalar);
};
