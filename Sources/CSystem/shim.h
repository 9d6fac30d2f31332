// Calls of the C library that Swift's import of it leaves out: those declared for _GNU_SOURCE alone, mallopt, statfs,
// extended attributes, an ioctl and a system call, for it does not import variadic functions; and the words of the command line.
#pragma once
#include <asm/ioctl.h>
#include <malloc.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

/// copy_file_range(2): copies between files within the kernel, sharing blocks where the file system can.
ssize_t copy_file_range(
    int infd, __off64_t *pinoff, int outfd, __off64_t *poutoff, size_t length, unsigned int flags);

/// sync_file_range(2): with the flag below, begins writing a range of a file to the disk and does not wait.
int sync_file_range(int fd, __off64_t offset, __off64_t count, unsigned int flags);

enum { KPACK_SYNC_FILE_RANGE_WRITE = 2 };

/// F_SETLEASE and F_SETSIG of fcntl(2).
enum { KPACK_SET_LEASE = 1024, KPACK_SET_SIGNAL = 10 };

// Declared here: sys/xattr.h and sys/ioctl.h would make the types they define this module's own, and their users import
// it.

/// llistxattr(2): the names of the attributes of what `path` itself is, each with a NUL behind.
ssize_t llistxattr(const char *path, char *list, size_t size);

/// lgetxattr(2): the value of one of them.
ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size);

int ioctl(int fd, unsigned long request, ...);

/// FICLONE of ioctl_ficlone(2): makes `to` share all blocks of `from`. The number is that of linux/fs.h, which is not
/// included for the other names it defines.
static inline int kpack_clone(int to, int from) { return ioctl(to, _IOW(0x94, 9, int), from); }

/// fstatfs(2): the type of the file system that a file is on, of 32 bits, or -1.
static inline long long kpack_file_system_type(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 ? (long long)(status.f_type & 0xFFFFFFFF) : -1;
}

long syscall(long number, ...);

/// renameat2(2) with RENAME_EXCHANGE: the two paths change places. Not by the C library's function, which older ones lack.
static inline int kpack_exchange(const char *first, const char *second) {
  return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, first, -100, second, 2 /* RENAME_EXCHANGE, linux/fs.h */);
}

/// Where the kernel put argc and, behind it, as many pointers to the words of the command line (System V ABI, "Initial
/// Process Stack"); ld.so(8) exports it. Swift's CommandLine reads /proc, which a chroot may lack.
extern void *__libc_stack_end;

/// The number of words, the program's name among them.
static inline long kpack_argument_count(void) { return *(long *)__libc_stack_end; }

/// The word of a number that is less than their count.
static inline const char *kpack_argument(long number) { return ((char **)__libc_stack_end)[1 + number]; }
