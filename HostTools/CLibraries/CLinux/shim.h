// SPDX-License-Identifier: MIT
// What the C library declares only for _GNU_SOURCE, and Swift therefore does not import.
#include <linux/falloc.h>
#include <sys/types.h>

int fallocate(int file, int mode, off_t offset, off_t length);

// Source: Linux, include/uapi/linux/fs.h.
static const int LINUX_SEEK_DATA = 3;
static const int LINUX_SEEK_HOLE = 4;
// Source: Linux, include/uapi/asm-generic/fcntl.h.
static const int LINUX_F_OFD_GETLK = 36;
static const int LINUX_F_OFD_SETLK = 37;
