#!/usr/bin/env bash
# The packaging half of Kubernetes' own build/release.sh, edited as docs/release-scripts.md says, on a real tree of
# v1.7.4, and what then reads the release. For people: it needs a clone of Kubernetes.
#
#   run-kubernetes.sh KPACK CLONE WORK [original] [without-engine] [with-engine]
#
# CLONE is a git folder that has the tag v1.7.4; files that it lacks are replaced by a line of text. What runs in build
# containers is left out: the binaries are small stand-ins with the header of their platform. `original` is the script
# without an edit; the others are compared with it where it has run in WORK. All three without a name. `original` and
# `with-engine` need root, docker.io and skopeo: their images are made by an engine that is started for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { sed -n 2,12p "$0" >&2; exit 2; }
kpack=$(realpath "$1") clone=$(realpath "$2") work=$(realpath -m "$3")
shift 3
[ $# -gt 0 ] || set -- original without-engine with-engine
version=v1.7.4

# The tree, with no .git: what it says is given in a file.
make_tree() {
  rm -rf "$1" && mkdir -p "$1"
  local git=(git --git-dir="$clone" --work-tree="$1")
  export GIT_INDEX_FILE=$work/index
  rm -f "$GIT_INDEX_FILE"
  "${git[@]}" read-tree $version
  "${git[@]}" checkout-index -a -f 2>"$work/missing" || true
  "${git[@]}" ls-files -z | while IFS= read -r -d '' file; do
    [ -e "$1/$file" ] || [ -L "$1/$file" ] || { mkdir -p "$(dirname "$1/$file")"; echo "stand-in" >"$1/$file"; }
  done
  unset GIT_INDEX_FILE
  cat >"$work/version" <<VARS
KUBE_GIT_COMMIT='$(git --git-dir="$clone" rev-parse "$version^{commit}")'
KUBE_GIT_TREE_STATE='clean'
KUBE_GIT_VERSION='$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='7'
VARS
}

# In place of the functions that run containers: nothing is built, and the output is stand-ins.
write_stubs() {
  cat >"$work/stubs.sh" <<'STUBS'
# The last two lines of the original.
kube::build::verify_prereqs() {
  kube::build::ensure_tar
  kube::version::get_version_vars
  kube::version::save_version_vars "$KUBE_ROOT/.dockerized-kube-version-defs"
}
kube::build::build_image() { :; }
kube::build::run_build_command() { :; }
kube::build::copy_output() {
  local platform suffix
  stand_ins() {
    platform=$1 suffix=
    shift
    [ "${platform%/*}" != windows ] || suffix=.exe
    python3 "$STAND_INS" "$LOCAL_OUTPUT_BINPATH" "$platform" "${@/%/$suffix}"
  }
  for platform in "${KUBE_CLIENT_PLATFORMS[@]}"; do stand_ins "$platform" "${KUBE_CLIENT_BINARIES[@]}"; done
  for platform in "${KUBE_NODE_PLATFORMS[@]}"; do stand_ins "$platform" "${KUBE_NODE_BINARIES[@]}"; done
  for platform in "${KUBE_SERVER_PLATFORMS[@]}"; do
    stand_ins "$platform" "${KUBE_SERVER_BINARIES[@]}" "${KUBE_TEST_SERVER_BINARIES[@]}"
  done
  for platform in "${KUBE_TEST_PLATFORMS[@]}"; do stand_ins "$platform" "${KUBE_TEST_BINARIES[@]}"; done
}
STUBS
  cat >"$work/stand-ins.py" <<'PYTHON'
# stand-ins.py BIN OS/ARCH NAME...: for each name the header of an executable of the platform, and bytes of its own.
import hashlib, os, struct, sys
folder, platform, names = sys.argv[1], sys.argv[2], sys.argv[3:]
system, architecture = platform.split("/")
ELF = {"386": (1, 1, 3), "amd64": (2, 1, 62), "arm": (1, 1, 40), "arm64": (2, 1, 183), "ppc64le": (2, 1, 21),
       "s390x": (2, 2, 22)}

def header():
    if system == "linux":
        bits, order, machine = ELF[architecture]
        end = "<" if order == 1 else ">"
        word, size = ("Q", 64) if bits == 2 else ("I", 52)
        ident = b"\x7fELF" + bytes([bits, order, 1]) + bytes(9)
        flags = 0x05000000 if architecture == "arm" else 0
        return ident + struct.pack(f"{end}HHI3{word}IHHHHHH", 2, machine, 1, 0, 0, 0, flags, size, 0, 0, 0, 0, 0)
    if system == "darwin":
        cpu, magic = (0x01000007, 0xFEEDFACF) if architecture == "amd64" else (7, 0xFEEDFACE)
        return struct.pack("<8I", magic, cpu, 3, 2, 0, 0, 0, 0)
    machine = 0x8664 if architecture == "amd64" else 0x14C
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", machine, 0, 0, 0, 0, 0, 2)

os.makedirs(os.path.join(folder, system, architecture), exist_ok=True)
for name in names:
    path = os.path.join(folder, system, architecture, name)
    with open(path, "wb") as file:
        file.write(header() + hashlib.shake_256(f"{platform}/{name}".encode()).digest(100_000))
    os.chmod(path, 0o755)
PYTHON
}

# The edit of the page, one of its two, as `patch` takes it.
edit_of() {
  awk -v mark="<!-- patch: $1 -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$here/../../docs/release-scripts.md"
}

run_release() { # MODE
  local mode=$1 tree=$work/$1
  make_tree "$tree"
  sed -i "\#^source .*/build/lib/release.sh#a source \"$work/stubs.sh\"" "$tree/build/release.sh"
  if [ "$mode" != original ]; then
    edit_of "$mode" >"$work/edit"
    [ -s "$work/edit" ] || { echo "no edit $mode in docs/release-scripts.md" >&2; exit 1; }
    patch -s --no-backup-if-mismatch -d "$tree" -p1 <"$work/edit"
  fi
  mkdir -p "$tree/_output"
  [ "$mode" != without-engine ] || cp -a "$work/bases" "$tree/_output/bases"
  echo "== $mode"
  time (cd "$tree" && env -u KUBE_BUILD_PLATFORMS -u KUBE_FASTBUILD KUBE_GIT_VERSION_FILE="$work/version" \
    KUBE_RELEASE_RUN_TESTS=n STAND_INS="$work/stand-ins.py" PATH="$work/bin:$PATH" DOCKER_BUILDKIT=0 \
    bash build/release.sh >"$work/$mode.log" 2>&1) || { tail -n 30 "$work/$mode.log" >&2; exit 1; }
  python3 "$here/check-consumers.py" "$tree/_output" $version
  [ "$mode" = original ] || compare "$tree/_output"
}

# The stage and the tarballs of the original scripts, name by name; images differ in how they are made.
compare() {
  local original=$work/original/_output folder
  [ -d "$original/release-stage" ] || return 0
  for folder in "$original" "$1"; do
    (cd "$folder/release-stage" && find . ! -name '*.tar' ! -name '*.tar.gz' ! -type d -printf '%p %m %l\n' | LC_ALL=C sort) >"$work/names.$(basename "$(dirname "$folder")")"
    (cd "$folder/release-stage" && find . -type f ! -name '*.tar' ! -name '*.tar.gz' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) \
      >"$work/sums.$(basename "$(dirname "$folder")")"
    for tarball in "$folder"/release-tars/*.tar.gz; do
      echo "$(basename "$tarball")"; tar tzf "$tarball" | LC_ALL=C sort
    done >"$work/entries.$(basename "$(dirname "$folder")")"
  done
  local mode
  mode=$(basename "$(dirname "$1")")
  for what in names sums entries; do
    diff "$work/$what.original" "$work/$what.$mode" >"$work/$what.diff" \
      || { echo "FAILED: $mode: other $what than the original's:"; head -n 20 "$work/$what.diff"; exit 1; }
  done
  echo "ok: $mode: stage and tarballs are those of the original scripts"
}

# What needs the engine runs this script again, below it.
if [ -z "${ENGINE_PID:-}" ]; then
  mkdir -p "$work/bin"
  write_stubs
  [ -d "$work/bases" ] || python3 "$here/make-bases.py" "$kpack" "$work/bases" || exit $?
  ln -sf "$kpack" "$work/bin/kpack"
  # The bases are in the engine, which has no network to pull newer ones from.
  printf '#!/bin/bash\nfor word; do [ "$word" = --pull ] || words+=("$word"); done\nexec %q "${words[@]}"\n' \
    "$(command -v docker || echo docker)" >"$work/bin/docker"
  chmod 755 "$work/bin/docker"
  for mode; do
    if [ "$mode" = without-engine ]; then
      run_release "$mode"
    else
      "$here/with-engine.sh" "$work/engine" "$0" "$kpack" "$clone" "$work" "$mode"
    fi
  done
else
  PYTHONPATH=$here python3 - "$work/bases" <<'PYTHON'
import json, sys
import engine
with open(f"{sys.argv[1]}/index.json") as file:
    index = json.load(file)
for item in index["manifests"]:
    name = item["annotations"][engine.REFERENCE_NAME]
    engine.load_base(sys.argv[1], name, item["platform"]["architecture"])
PYTHON
  run_release "$1"
fi
