// Calls of the C library that Swift's import of it leaves out: those declared for _GNU_SOURCE alone, and mallopt.
#pragma once
#include <malloc.h>

/// renameat2(2): with the flag below, exchanges two names in one step.
int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags);

enum { KPACK_RENAME_EXCHANGE = 1 << 1 };
