#!/bin/bash
# run-images.sh KPACK WORK
# The images of a small release against the tools that read them: makes the bases from Debian's packages, runs
# `kpack images` on testdata/sample and on a project with all settings that an image can have, compares each image with
# `docker build` of its Dockerfile, runs one with a real binary under docker and podman, and has umoci and a registry
# take it; then images over bases of the kinds that tools of the field leave. Needs root. Exits with 77 where that cannot be done here.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
[ $# = 2 ] || { sed -n 2,6p "$0" >&2; exit 2; }
kpack=$(realpath "$1") work=$(realpath -m "$2")

skip() { echo "skipped: $*" >&2; exit 77; }

install_missing() {
  local missing=() pair
  for pair in busybox:busybox-static skopeo:skopeo umoci:umoci podman:podman dockerd:docker.io docker:docker.io \
    docker-registry:docker-registry jq:jq cc:gcc python3:python3 zstd:zstd; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || skip "not installed: ${missing[*]}"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
    >"$work/apt.log" 2>&1 || skip "cannot install ${missing[*]}: $(tail -n 1 "$work/apt.log")"
}

# WORK/sample with a static kube-apiserver; its other binaries are scripts, which an image takes with a warning.
make_tree() {
  rm -rf "$work/sample" "$work/bases"
  cp -R "$here/../../testdata/sample" "$work/sample"
  rm -rf "$work/sample/_output/release-stage"
  printf '#include <stdio.h>\nint main(void) { puts("kube-apiserver runs"); return 0; }\n' >"$work/main.c"
  cc -static -O1 -o "$work/sample/_output/dockerized/bin/linux/amd64/kube-apiserver" "$work/main.c"
}

# WORK/settings: images with every setting, in values that a Dockerfile has to quote.
make_settings_project() {
  rm -rf "$work/settings" && mkdir -p "$work/settings/layouts" "$work/settings/files/deep" "$work/settings/bin/linux/amd64"
  printf '#!/bin/sh\n' | tee "$work/settings/bin/linux/amd64/tool" >"$work/settings/bin/linux/amd64/["
  chmod 755 "$work/settings/bin/linux/amd64"/*
  echo text | tee "$work/settings/files/deep/a b" >"$work/settings/files/über"
  echo '{"name": "settings", "binaries": {"all": ["tool", "["]}}' >"$work/settings/layouts/release.json"
  cat >"$work/settings/layouts/images.json" <<'JSON'
{"registry": "sample.example",
 "bases": {"busybox": {"ref": "busybox", "entries": [{"text": "hosts: files dns\n", "to": "etc/nsswitch.conf"}]}},
 "groups": {"all": [
  {"binary": "tool", "base": "busybox", "platforms": ["linux/amd64"], "workdir": "/srv/a b", "user": "1000:1000",
   "env": {"A": "x \"y\" $HOME \\ 'z' # \\", "PATH": "/usr/local/bin:/bin", "EMPTY": ""},
   "labels": {"a key": "it's \"so\" ${{B:-c}", "e": ""}, "entrypoint": ["tool", "-v"], "cmd": ["a\nb", "$C", "\"\\"],
   "entries": [{"tree": "files", "to": "opt/files"}, {"symlink": "../opt/files", "to": "var/files"},
               {"directory": "tmp/own", "mode": "1777"}, {"file": "files/über", "to": "tmp/suid", "mode": "4755"}]},
  {"binary": "[", "name": "bracket", "to": "bin", "base": "busybox", "platforms": ["linux/amd64"]},
  {"binary": "tool", "name": "odd-folder", "to": "opt/$x y", "base": "busybox", "platforms": ["linux/amd64"],
   "workdir": "/opt"},
  {"name": "bare", "base": "busybox", "platforms": ["linux/amd64"], "entries": [{"text": "x", "to": "x"}]}]}}
JSON
}

expect() {  # expect TEXT COMMAND...: its output holds the line TEXT
  local text=$1 output
  shift
  output=$("$@" 2>"$work/stderr") || { echo "FAILED: $*: $(cat "$work/stderr")"; exit 1; }
  grep -qxF -- "$text" <<<"$output" || { echo "FAILED: $*: no line '$text' in: $output"; exit 1; }
  echo "ok: $*"
}

# Each of the others gives the config's digest, which is the image's ID in every store.
check_readers() {
  local tar=$1 id port
  id=sha256:$(skopeo --insecure-policy inspect --config --raw "docker-archive:$tar" | sha256sum | cut -c1-64)
  rm -rf "$work/oci" "$work/bundle" "$work/podman" "$work/registry"

  skopeo --insecure-policy copy -q "oci-archive:$tar" "oci:$work/oci:image"
  expect "$id" config_of "$work/oci"
  umoci unpack --image "$work/oci:image" "$work/bundle"
  expect "kube-apiserver runs" "$work/bundle/rootfs/usr/local/bin/kube-apiserver"

  local store=(--root "$work/podman" --runroot "$work/podman/run" --storage-driver vfs)
  podman "${store[@]}" load -q -i "$tar" >/dev/null
  expect "$id" podman "${store[@]}" images -q --no-trunc
  # Docker's runtime, which runs where containers are nested too; limits that any user may have.
  expect "kube-apiserver runs" podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs run --rm --network none \
    --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 $registry/kube-apiserver:v1.7.4 kube-apiserver

  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' \
    "$work/registry" "127.0.0.1:$port" >"$work/registry.yml"
  OTEL_TRACES_EXPORTER=none docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
  trap "kill $!" EXIT
  for _ in $(seq 50); do (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
  local remote=docker://127.0.0.1:$port/sample/image:test
  skopeo --insecure-policy copy -q --dest-tls-verify=false "docker-archive:$tar" "$remote"
  skopeo --insecure-policy copy -q --src-tls-verify=false "$remote" "oci:$work/oci:back"
  expect "$id" config_of "$work/oci" back
}

config_of() {  # config_of LAYOUT [NAME]: the digest of the image's config
  local manifest
  manifest=$(jq -r --arg name "${2:-image}" \
    '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $name).digest' "$1/index.json")
  jq -r .config.digest "$1/blobs/sha256/${manifest#sha256:}"
}

# Images over bases of the kinds that tools of the field leave: every engine takes, tells of and runs them.
check_field_bases() {
  local field=$work/field name source id
  rm -rf "$field" && mkdir -p "$field/layouts" "$field/bin/linux/amd64"
  python3 "$here/make-field-bases.py" "$(command -v busybox)" "$field/sources" >"$field/list"
  while read -r name source; do
    "$kpack" base add -q "$name" "$source" --arch amd64 --bases "$field/bases"
  done <"$field/list"
  cp "$(command -v busybox)" "$field/bin/linux/amd64/echo"
  echo '{"name": "field", "binaries": {"all": ["echo"]}}' >"$field/layouts/release.json"
  jq -Rn '[inputs | split(" ")[0]] |
    {registry: "field.example", bases: (map({(.): .}) | add),
     groups: {all: map({name: ., binary: "echo", base: ., platforms: ["linux/amd64"], entrypoint: ["echo", "it runs"]})}}' \
    <"$field/list" >"$field/layouts/images.json"
  "$kpack" images -q --root "$field" --layouts "$field/layouts" --bin "$field/bin" --stage "$field/stage" \
    --images "$field/images" --bases "$field/bases" --version v1 --epoch 0
  while read -r name source; do
    local tar=$field/images/amd64/$name.tar store=(--root "$field/podman" --runroot "$field/podman/run" --storage-driver vfs)
    docker load -q -i "$tar" >/dev/null
    expect "it runs" docker run --rm --network none "field.example/$name:v1"
    id=$(docker image inspect -f '{{.Id}}' "field.example/$name:v1")
    expect "$(docker image inspect -f '{{len .RootFS.Layers}}' "$id")" layers_in_history "$id"
    podman "${store[@]}" load -q -i "$tar" >/dev/null
    expect "$id" podman "${store[@]}" images -q --no-trunc
    skopeo --insecure-policy copy -q "oci-archive:$tar" "oci:$field/oci:$name"
    expect "$id" config_of "$field/oci" "$name"
    umoci stat --image "$field/oci:$name" >/dev/null
    umoci unpack --image "$field/oci:$name" "$field/bundle/$name"
    expect "it runs" "$field/bundle/$name/rootfs/usr/local/bin/echo" "it runs"
    podman "${store[@]}" rmi -a -f >/dev/null
  done <"$field/list"
}

# One tag under two names: readers find the image by the tag and by the whole second name.
check_two_names() {
  local tar=$work/settings/images/amd64/bare.tar second=other.example/bare-amd64:v1 name digest
  KUBE_DOCKER_REGISTRY=other.example KUBE_DOCKER_IMAGE_TAG=v1 "$kpack" images -q bare --release-names \
    --root "$work/settings" --layouts "$work/settings/layouts" --bin "$work/settings/bin" --stage "$work/settings/stage" \
    --images "$work/settings/images" --bases "$work/bases" --version v1 --epoch 0
  rm -rf "$work/two" "$work/two-bundle" && mkdir "$work/two" && tar -xf "$tar" -C "$work/two"
  umoci unpack --image "$work/two:v1" "$work/two-bundle"
  digest=$(jq -r '.manifests[0].digest' "$work/two/index.json")
  for name in v1 $second; do expect "$digest" skopeo inspect --format '{{.Digest}}' "oci-archive:$tar:$name"; done
  docker load -q -i "$tar" >/dev/null
  expect "$(docker image inspect -f '{{.Id}}' sample.example/bare:v1)" docker image inspect -f '{{.Id}}' $second
}

layers_in_history() { docker history -q "$1" | wc -l; }

if [ -z "${ENGINE_PID:-}" ]; then
  mkdir -p "$work"
  [ "$(id -u)" = 0 ] || skip "a Docker engine needs root"
  install_missing
  exec "$here/with-engine.sh" "$work" "$0" "$kpack" "$work"
fi

make_tree
python3 "$here/make-bases.py" "$kpack" "$work/bases" amd64 || exit $?
"$kpack" images --stage "$work/sample/_output/release-stage" --version v1.7.4 --platform linux/amd64 \
  --bases "$work/bases"
images=$work/sample/_output/release-images
python3 "$here/compare-docker-build.py" "$images" "$work/sample/_output/release-dockerfiles" "$work/bases" amd64

make_settings_project
"$kpack" images -q --root "$work/settings" --layouts "$work/settings/layouts" --bin "$work/settings/bin" \
  --stage "$work/settings/stage" --images "$work/settings/images" --bases "$work/bases" --version v1 --epoch 0
python3 "$here/compare-docker-build.py" "$work/settings/images" "$work/settings/release-dockerfiles" "$work/bases" amd64

registry=gcr.io/google_containers
stage=$work/sample/_output/release-stage/server/linux-amd64/kubernetes/server/bin
for tar in "$stage"/*.tar; do
  cmp "$tar" "$images/amd64/${tar##*/}"
  expect v1.7.4 cat "${tar%.tar}.docker_tag"
done
expect "kube-apiserver runs" docker run --rm --network none $registry/kube-apiserver:v1.7.4 kube-apiserver
expect "kube-proxy for linux/amd64" docker run --rm --network none $registry/kube-proxy:v1.7.4 kube-proxy
expect "iptables v1.8.9 (legacy)" docker run --rm --network none $registry/kube-proxy:v1.7.4 iptables --version
check_readers "$images/amd64/kube-apiserver.tar"
check_two_names
check_field_bases
