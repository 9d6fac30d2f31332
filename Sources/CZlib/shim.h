// zlib, as the system has it (Debian: zlib1g-dev). The macros of zlib.h that Swift cannot import, as functions.
#pragma once
#include <zlib.h>

static inline int kpack_deflate_init(z_stream *stream, int level, int window_bits, int memory_level) {
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

static inline int kpack_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
