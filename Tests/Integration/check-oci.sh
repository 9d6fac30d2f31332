#!/bin/bash
# check-oci.sh KPACK WORK
# The OCI image layout of a small release against the tools that read it: two images for three platforms with every
# setting, one on scratch and one on a base, with owners and capabilities. skopeo, umoci, podman and Python agree with
# what the layout says. Needs root. What podman cannot do on this machine is told and left out.
set -euo pipefail

[ $# = 2 ] || { sed -n 2,5p "$0" >&2; exit 2; }
kpack=$(realpath "$1") work=$(realpath -m "$2")
[ "$(id -u)" = 0 ] || { echo "check-oci.sh: needs root, for capabilities and owners" >&2; exit 2; }
fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }

rm -rf "$work" && mkdir -p "$work/layouts" "$work/rootfs/bin" "$work/rootfs/etc"
cd "$work"
for platform in amd64 arm64 arm/v6; do
  mkdir -p "bin/linux/${platform/\//}"
  printf '#!/bin/sh\necho tool\n' >"bin/linux/${platform/\//}/tool"
done
chmod 755 bin/linux/*/tool
printf '#!/bin/sh\n' | tee rootfs/bin/sh >rootfs/bin/ping
chmod 755 rootfs/bin/*
setcap cap_net_raw=ep rootfs/bin/ping
echo 'root:x:0:0:root:/root:/bin/sh' >rootfs/etc/passwd
cat >layouts/release.json <<'JSON'
{"name": "oci", "platforms": {"all": ["linux/amd64", "linux/arm64", "linux/arm/v6"]}, "binaries": {"all": ["tool"]}}
JSON
cat >layouts/images.json <<'JSON'
{"registry": "sample.example/team", "bases": {"base": "base"},
 "defaults": {"platforms": "all", "annotations": {"org.opencontainers.image.licenses": "Apache-2.0"}},
 "groups": {"all": {"defaults": {"user": "65532:65532", "labels": {"l": "v"}}, "images": [
   {"binary": "tool", "base": "base", "capabilities": ["cap_net_bind_service=+ep"], "expose": ["8080", "53/udp"],
    "volumes": ["/data"], "stopsignal": "SIGINT", "names": ["other.example/tool:{tag}"],
    "entries": [{"directory": "data", "owner": "65532:65532", "mode": "0700"}]},
   {"name": "empty", "base": "scratch", "entries": [{"text": "hello\n", "to": "hello", "owner": "7:8"}]}]}}}
JSON
for arch in amd64 arm64 arm/v6; do "$kpack" base add base --rootfs rootfs --arch "$arch" --cmd sh --bases bases -q; done
make_images() {
  "$kpack" images --layouts layouts --version 1.0 --bin bin --bases bases --stage stage/s --oci "$1" --epoch 1000000000 \
    --no-cache -q --format json "${@:2}"
}
make_images release-oci >results.json
ref=sample.example/team/tool:1.0 archive=release-oci/tool.oci.tar

# 1. By the documents: every descriptor leads to a blob of its digest and size, and no blob is there for nothing.
python3 - release-oci <<'PY'
import hashlib, json, os, sys
root = sys.argv[1]
index = json.load(open(f"{root}/index.json"))
assert json.load(open(f"{root}/oci-layout")) == {"imageLayoutVersion": "1.0.0"}
seen = set()
def read(descriptor):
    name = descriptor["digest"].split(":")[1]
    data = open(f"{root}/blobs/sha256/{name}", "rb").read()
    assert len(data) == descriptor["size"] and hashlib.sha256(data).hexdigest() == name, descriptor
    seen.add(name)
    return data
names = {}
for item in index["manifests"]:
    assert item["mediaType"] == "application/vnd.oci.image.index.v1+json", item
    names[item["annotations"]["org.opencontainers.image.ref.name"]] = item["digest"]
    image = json.loads(read(item))
    assert image["annotations"] == {"org.opencontainers.image.licenses": "Apache-2.0"}, image
    platforms = ["/".join(filter(None, (m["platform"]["os"], m["platform"]["architecture"], m["platform"].get("variant"))))
                 for m in image["manifests"]]
    assert platforms == ["linux/amd64", "linux/arm64", "linux/arm/v6"], platforms
    for child in image["manifests"]:
        manifest = json.loads(read(child))
        assert manifest["annotations"] == image["annotations"]
        config = json.loads(read(manifest["config"]))
        assert config["architecture"] == child["platform"]["architecture"]
        assert [l["digest"] for l in manifest["layers"]] == config["rootfs"]["diff_ids"]
        for layer in manifest["layers"]: read(layer)
assert names["sample.example/team/tool:1.0"] == names["other.example/tool:1.0"]
assert len(names) == 3, names
assert set(os.listdir(f"{root}/blobs/sha256")) == seen
PY
ok "every descriptor leads to its blob, and every blob is led to"

# 2. The same bytes again, and a layout of fewer platforms in its place.
make_images again >/dev/null
diff -r release-oci again || fail "two runs differ"
make_images again --arch amd64 >/dev/null
[ "$(ls again/blobs/sha256 | wc -l)" -lt "$(ls release-oci/blobs/sha256 | wc -l)" ] || fail "blobs that nothing needs stay"
ok "two runs give the same bytes, and blobs that nothing needs are gone"

# 3. skopeo copies all platforms, from the folder and from the archive, and finds the index as it is.
for source in "oci:release-oci:$ref" "oci-archive:$archive"; do
  rm -rf copy
  skopeo --insecure-policy copy -q --all --preserve-digests "$source" oci:copy:image
  skopeo --insecure-policy inspect --raw "$source" | cmp - <(skopeo --insecure-policy inspect --raw oci:copy:image) ||
    fail "skopeo copies another index from $source"
  rm -rf dir && skopeo --insecure-policy copy -q --all "$source" dir:dir
  [ "$(ls dir | grep -c manifest.json)" = 4 ] || fail "expected an index and three manifests in $(ls dir)"
done
[ "$(skopeo --insecure-policy inspect --override-arch arm64 "oci:release-oci:$ref" | jq -r .Architecture)" = arm64 ] ||
  fail "skopeo finds no image for arm64"
ok "skopeo copy --all takes the folder and the archive"
skopeo --insecure-policy inspect --config "oci:release-oci:$ref" >config.json
[ "$(jq -c '[.config.ExposedPorts, .config.Volumes, .config.StopSignal, .config.User, .config.Labels]' config.json)" = \
  '[{"53/udp":{},"8080/tcp":{}},{"/data":{}},"SIGINT","65532:65532",{"l":"v"}]' ] || fail "settings: $(cat config.json)"
ok "the settings are in the config"

# 4. Layers by Python's tarfile: owners, and capabilities as the attribute of the file system has them.
python3 - release-oci/index.json <<'PY'
import json, os, sys, tarfile
root = os.path.dirname(sys.argv[1])
def blob(descriptor): return f"{root}/blobs/sha256/{descriptor['digest'].split(':')[1]}"
def of(name):
    item = next(m for m in json.load(open(sys.argv[1]))["manifests"]
                if m["annotations"]["org.opencontainers.image.ref.name"].endswith(name))
    manifest = json.load(open(blob(json.load(open(blob(item)))["manifests"][0])))
    found = {}
    for layer in manifest["layers"]:
        for entry in tarfile.open(blob(layer)):
            value = entry.pax_headers.get("SCHILY.xattr.security.capability", "")
            found[entry.name] = (entry.uid, entry.gid, value.encode("utf-8", "surrogateescape").hex())
    return found
tool, empty = of("team/tool:1.0"), of("team/empty:1.0")
assert tool["usr/local/bin/tool"] == (0, 0, "0100000200040000000000000000000000000000"), tool
assert tool["bin/ping"] == (0, 0, "0100000200200000000000000000000000000000"), tool
assert tool["data"] == (65532, 65532, ""), tool
assert empty == {"hello": (7, 8, "")}, empty
PY
ok "owners and capabilities are in the layers"

# 5. umoci unpacks one platform; as root it sets the attributes.
rm -rf one bundle && skopeo --insecure-policy copy -q "oci:release-oci:$ref" oci:one:image
umoci unpack --image one:image bundle 2>umoci.log || fail "umoci: $(cat umoci.log)"
[ "$(getcap bundle/rootfs/usr/local/bin/tool)" = "bundle/rootfs/usr/local/bin/tool cap_net_bind_service=ep" ] ||
  fail "capabilities: $(getcap bundle/rootfs/usr/local/bin/tool)"
[ "$(stat -c %u:%g:%a bundle/rootfs/data)" = 65532:65532:700 ] || fail "owner: $(stat -c %u:%g:%a bundle/rootfs/data)"
ok "umoci sets capabilities and owners"

# 6. podman, where it works on this machine.
store=(--root "$work/podman" --runroot "$work/podman/run" --storage-driver vfs)
if podman "${store[@]}" info >podman.log 2>&1; then
  podman "${store[@]}" pull -q "oci-archive:$archive" >/dev/null || fail "podman pull of the archive"
  podman "${store[@]}" pull -q "oci:release-oci:$ref" >/dev/null || fail "podman pull of the folder"
  podman "${store[@]}" load -q -i release-oci/empty.oci.tar >/dev/null || fail "podman load"
  mounted=$(podman "${store[@]}" image mount "$(podman "${store[@]}" images -q --filter label=l | head -1)" 2>podman.log) || mounted=
  if [ -n "$mounted" ] && [ -e "$mounted/usr/local/bin/tool" ]; then
    [[ "$(getcap "$mounted/usr/local/bin/tool")" == *cap_net_bind_service=ep ]] || fail "podman drops capabilities"
    ok "podman keeps capabilities"
  fi
  podman "${store[@]}" image unmount -a >/dev/null 2>&1 || true
  ok "podman pulls and loads"
else
  echo "left out: podman does not run here: $(tail -n 1 podman.log)"
fi
rm -rf podman 2>/dev/null || true

# 7. What kpack reads of it itself.
[ "$("$kpack" inspect --format json "$archive" | jq -r .platform | sort | paste -sd,)" = linux/amd64,linux/arm/v6,linux/arm64 ] ||
  fail "kpack inspect: $("$kpack" inspect "$archive")"
ok "kpack reads its own archive"
