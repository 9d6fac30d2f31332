// Calls of the C library that its headers declare for _GNU_SOURCE alone, which Swift's import of them leaves out.
#pragma once

/// renameat2(2): with the flag below, exchanges two names in one step.
int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags);

enum { KPACK_RENAME_EXCHANGE = 1 << 1 };
