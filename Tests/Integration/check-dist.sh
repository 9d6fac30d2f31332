#!/usr/bin/env bash
# Checks the release of kpack that `make dist` left in DIST: it holds the entries that testdata/golden/dist/entries.txt
# lists, its kpack runs without Swift's libraries, and `make dist` makes the same bytes again. WORK is removed at the
# end. RECORD_GOLDEN=1 in the environment writes the list anew.
#
#   check-dist.sh DIST WORK
set -euo pipefail
cd "$(dirname "$0")/../.."
dist=$1
work=$2
golden=testdata/golden/dist/entries.txt

fail() { echo "make dist: $*" >&2; exit 1; }

rm -rf "$work" && mkdir -p "$work"
archives=("$dist"/*.tar.gz)
[ ${#archives[@]} = 1 ] && [ -f "${archives[0]}" ] || fail "expected one tarball in $dist, found ${archives[*]}"
archive=${archives[0]}
name=$(basename "$archive" .tar.gz)

# Type, mode, owner and name of each entry; sizes and times are those of the commit.
tar --numeric-owner -tvzf "$archive" | sed -E "s/^(\S+ \S+) +[0-9]+ \S+ \S+ $name/\1 kpack/" >"$work/entries.txt"
[ "${RECORD_GOLDEN:-}" != 1 ] || cp "$work/entries.txt" "$golden"
diff "$golden" "$work/entries.txt" >&2 || fail "other entries than those of $golden"

tar -xzf "$archive" -C "$work"
kpack=$work/$name/bin/kpack
run() { env -i PATH=/nonexistent LD_LIBRARY_PATH= "$kpack" "$@"; }
version=$(run --version | head -n 1)
[[ $name == "${version/ /-}-linux-"* ]] || fail "$name holds \"$version\""
libraries=$(ldd "$kpack")
if grep -E 'swift|Foundation|dispatch|BlocksRuntime|not found' <<<"$libraries"; then fail "not a static kpack"; fi
run layouts export -q --set kpack "$work/layouts" >/dev/null
diff -r layouts/kpack "$work/layouts" >&2 || fail "other layouts than those of layouts/kpack"
for file in README.md LICENSE CHANGELOG.md; do cmp "$file" "$work/$name/$file"; done

cp "$archive" "$work/first"
make -s dist >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
cmp "$work/first" "$archive" || fail "other bytes in the second run"
rm -rf "$work"
echo "make dist: $(sha256sum "$archive")"
