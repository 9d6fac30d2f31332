#!/bin/sh
# with-engine.sh DATA COMMAND [ARG...]
# Runs COMMAND with a Docker engine of its own: DOCKER_HOST names its socket, ENGINE_PID its process. The engine keeps
# its images below DATA (removed at the end) and touches no other engine; it has no network. ENGINE_DRIVER picks the
# storage driver (vfs works everywhere; "" lets the engine choose). The exit code is COMMAND's, 77 without an engine.
set -u

skip() { echo "skipped: $*" >&2; exit 77; }

[ $# -ge 2 ] || { sed -n 2,5p "$0" >&2; exit 2; }
[ "$(id -u)" = 0 ] || skip "a Docker engine needs root"
command -v dockerd >/dev/null && command -v docker >/dev/null || skip "no dockerd, or no docker (Debian's docker.io)"

mkdir -p "$1" && data=$(cd "$1" && pwd)/engine || exit 1
shift
# A socket's path holds 107 bytes at most, so the sockets are not below DATA.
run=$(mktemp -d -t engine.XXXXXX) || exit 1
driver=${ENGINE_DRIVER-vfs}
dockerd --data-root "$data" --exec-root "$run/exec" -H "unix://$run/docker.sock" --pidfile "$run/pid" \
  --iptables=false --bridge=none ${driver:+--storage-driver="$driver"} >"$run/log" 2>&1 &
ENGINE_PID=$!
DOCKER_HOST=unix://$run/docker.sock
export ENGINE_PID DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_DEFAULT_PLATFORM

stop() {
  kill "$ENGINE_PID" 2>/dev/null && wait "$ENGINE_PID" 2>/dev/null
  umount "$run"/exec/netns/* 2>/dev/null
  rm -rf "$run" "$data"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

tries=0
until docker version >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ $tries -gt 150 ] || ! kill -0 "$ENGINE_PID" 2>/dev/null; then
    tail -n 5 "$run/log" >&2
    skip "dockerd does not start here"
  fi
  sleep 0.2
done
"$@"
