#!/usr/bin/env bash
# Zips that kpack writes, read by others: unzip, zipinfo, Python, Go, bsdtar and 7z agree with kpack's listing, and what
# four of them unpack is the tree that was packed; also 65,536 entries, and contents and offsets of more than 4 GiB.
#
#   check-zip.sh KPACK WORK
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 2 ] || { sed -n 2,6p "$0" >&2; exit 2; }
kpack=$(realpath "$1") work=$(realpath -m "$2")
epoch=1500000001

chmod -R u+rwX "$work" 2>/dev/null || true
rm -rf "$work" && mkdir -p "$work/tree/layouts" && cd "$work/tree"
(cd "$here/listzip" && GOFLAGS=-mod=mod GOCACHE="$work/go" go build -o "$work/listzip" .)

# Kinds of entries, edges of sizes, names.
mkdir -p t/sub/deep t/hollow "t/a b" t/été
for size in 0 1 511 65535 65536 524287 524288 524289 1048575 1048576 3000001; do
  head -c $size "$kpack" >t/size-$size
done
head -c 3000000 /dev/urandom >t/noise
gzip -c "$kpack" >t/packed.gz
printf 'echo hi\n' >t/run.sh && chmod 755 t/run.sh
printf x >t/été/ü.txt && printf x >"t/a b/c d" && printf x >t/日本
printf x >"t/$(printf 'n%.0s' {1..200})"
# None with "..": 7z does not unpack these.
ln -s run.sh t/link && ln -s deep t/sub/to && ln -s nowhere t/dangling
gzip -c t/run.sh >t/sub/small.gz

# zip NAME KEYS ENTRIES
zip() { echo "{\"tarball\": \"$1.zip\", $2 \"stage\": \"$1\", \"entries\": [$3]}" >"layouts/$1.json"; }
echo '{"name": "z", "archive": {"root": "top"}}' >layouts/release.json
all='{"tree": "t"}'
zip plain '' "$all"
zip bare '"archive": {"root": ""},' "$all"
zip dot '"archive": {"root": "."},' "$all"
zip stored '"archive": {"level": 0},' "$all"
zip best '"archive": {"level": 9},' "$all"
zip owned '"archive": {"owner": "1000:100"},' "$all"
zip empty '"optional": true,' ''
zip nested '' '{"artifact": "plain", "to": "plain.zip"}, {"artifact": "gz", "to": "gz.tar.gz"}, {"file": "t/size-3000001", "to": "big"}'
echo "{\"tarball\": \"gz.tar.gz\", \"entries\": [$all]}" >layouts/gz.json
pack() { "$kpack" tarballs -q --layouts layouts --version 1 --epoch "$@" >/dev/null; }
pack $epoch --out out --cache cache --with-stage --stage stage
# The same from the cache, alone, and on one thread.
pack $epoch --out again --cache cache
pack $epoch --out alone --no-cache --jobs 1 plain
for zip in out/*.zip; do cmp "$zip" "again/$(basename "$zip")"; done
cmp out/plain.zip alone/plain.zip
pack 0 --out first --no-cache plain
pack 8000000000 --out last --no-cache plain

python3 "$here/compare-zips.py" "$kpack" "$work/listzip" out/*.zip first/plain.zip last/plain.zip
for zip in out/*.zip; do
  [ "$(basename "$zip")" = empty.zip ] && continue
  unzip -tq "$zip" >/dev/null
done

# What is unpacked: each line tells an entry. A folder's time may be that of its unpacking.
tree() {
  (cd "$1" && find . -mindepth 1 \( -type d -printf '%y %m %P\n' -o -type l -printf '%y %P %l\n' -o -type f \
    -printf '%y %m %s %T@ %P\n' -exec sha256sum {} \; \) | LC_ALL=C sort)
}
for name in plain bare dot; do
  for tool in stage unzip bsdtar 7z go; do
    rm -rf unpacked && mkdir unpacked
    case $tool in
      stage) cp -a "stage/$name/." unpacked ;;
      unzip) unzip -q "out/$name.zip" -d unpacked ;;
      bsdtar) bsdtar -xpf "out/$name.zip" -C unpacked ;;
      7z) 7z x -bso0 -bsp0 -ounpacked "out/$name.zip" ;;
      go) "$work/listzip" -x unpacked "out/$name.zip" ;;
    esac
    # Of the stage, modes and times are those of the tree.
    if [ $tool = stage ]; then
      (cd unpacked && find . -type f -exec touch -d @$epoch {} + && chmod -R u=rwX,go=rX .)
      tree unpacked >"$work/wanted"
    else
      tree unpacked >"$work/found"
      diff "$work/wanted" "$work/found" >"$work/diff" || { echo "FAILED: $tool unpacks $name.zip in another way:"; head "$work/diff"; exit 1; }
    fi
  done
done

# Many entries.
mkdir many && (cd many && seq -f 'f%06g' 1 65535 | xargs touch)
echo '{"tarball": "many.zip", "archive": {"root": "m"}, "entries": [{"tree": "many"}]}' >layouts/many.json
pack $epoch --out out --no-cache many
[ "$("$kpack" list -q out/many.zip | wc -l)" = 65536 ]
python3 "$here/compare-zips.py" "$kpack" "$work/listzip" out/many.zip
unzip -tq out/many.zip >/dev/null

# Contents of more than 4 GiB, deflated; and, where there is room, stored, with an entry behind them.
mkdir large && truncate -s 4294967301 large/a && echo behind >large/b
echo '{"tarball": "large.zip", "entries": [{"tree": "large"}]}' >layouts/large.json
pack $epoch --out out --no-cache large
python3 "$here/compare-zips.py" "$kpack" "$work/listzip" out/large.zip
unzip -tq out/large.zip >/dev/null
if [ "$(df --output=avail -k "$work" | tail -1)" -gt 10000000 ]; then
  pack $epoch --out out --no-cache --level 0 large
  python3 "$here/compare-zips.py" "$kpack" "$work/listzip" out/large.zip
  unzip -tq out/large.zip >/dev/null
  rm out/large.zip
else
  echo "no room for an offset of 4 GiB: skipped"
fi
echo "zips are as others read them"
