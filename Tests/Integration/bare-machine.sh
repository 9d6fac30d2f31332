#!/usr/bin/env bash
# Runs the two commands that README begins with, `make demo` and `make test`, on a machine that has Debian's smallest
# system, git, make, what Swift needs and this machine's Swift, and nothing else: no python3, no tar but its own.
#
#   bare-machine.sh CHECKOUT WORK [COMMAND...]
#
# CHECKOUT is a git clone; the root file system is made in WORK. Exit 77 where that cannot be: not root, no mmdebstrap,
# no mounts.
set -euo pipefail
checkout=$(realpath "$1")
work=$2
shift 2
[ $# -gt 0 ] || set -- demo test

skip() { echo "bare machine: skipped: $*" >&2; exit 77; }
[ "$(id -u)" = 0 ] || skip "only root makes a root file system"
command -v mmdebstrap >/dev/null || skip "no mmdebstrap"
swift=$(readlink -f "$(command -v swift)") || skip "no swift"
# The toolchain is the folder that usr/bin/swift, or the program that it is a link to, stands in.
toolchain=${swift%/usr/bin/*}
[ -n "$toolchain" ] && [ "$toolchain" != "$swift" ] || skip "swift stands among the system's own programs"
unshare -m true 2>/dev/null || skip "no mounts"

rm -rf "$work" && mkdir -p "$work"
root=$work/root
# What swift.org lists for Debian 12 (Dockerfile of the slim image), and what the two commands ask for.
packages=binutils,ca-certificates,gcc,git,libc6-dev,libcurl4,libedit2,libgcc-12-dev,libncurses6,libsqlite3-0
packages+=,libstdc++-12-dev,libxml2,libz3-4,make,tzdata
. /etc/os-release
# As this machine gets its packages: its own sources, keys and settings.
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null >"$work/sources" || true
options=()
for file in /etc/apt/apt.conf.d/*; do options+=("--aptopt=$file"); done
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" "${options[@]}" \
  "$VERSION_CODENAME" "$root" "$work/sources"
cp /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"

git clone -q "$checkout" "$root/kpack"
mkdir -p "$root$toolchain"
unshare -m bash -euc '
  root=$1 toolchain=$2
  shift 2
  mount --bind "$toolchain" "$root$toolchain"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  for command; do
    echo "bare machine: make $command"
    chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      PATH="$toolchain/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" make -C /kpack "$command"
  done' bash "$root" "$toolchain" "$@"
rm -rf "$work"
