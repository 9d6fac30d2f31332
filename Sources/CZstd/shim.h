// The buffers of zstd's streaming decompression, as zstd.h has them from version 1.0 on ("Streaming"). Declared here: the
// library is opened at run time, so that neither it nor its header must be there.
#pragma once
#include <stddef.h>

typedef struct {
  const void *src;
  size_t size;
  size_t pos;
} ZSTD_inBuffer;

typedef struct {
  void *dst;
  size_t size;
  size_t pos;
} ZSTD_outBuffer;
