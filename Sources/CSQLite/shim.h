#ifndef GLEANER_CSQLITE_SHIM_H
#define GLEANER_CSQLITE_SHIM_H

#include <linux/falloc.h>
#include <sqlite3.h>
#include <sys/types.h>

/* <fcntl.h> declares these with _GNU_SOURCE only, which Swift's importer does not set. */
extern int fallocate(int fd, int mode, off_t offset, off_t length);
extern int sync_file_range(int fd, off_t offset, off_t length, unsigned flags);

/* Gives a file blocks and leaves its length as it is. */
static inline int csqlite_allocate(int fd, off_t offset, off_t length) {
    return fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

/* Hands all that is to be written to the disk's queue (SYNC_FILE_RANGE_WRITE is 2), and waits for none of it. */
static inline int csqlite_begin_sync(int fd) { return sync_file_range(fd, 0, 0, 2); }

/* SQLITE_TRANSIENT is a cast that Swift does not import: SQLite copies the bytes before these return. */
static inline int csqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}
static inline int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const char *text, int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

#endif
