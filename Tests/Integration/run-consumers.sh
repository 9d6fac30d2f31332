#!/usr/bin/env bash
# What reads a release behind kpack takes it: packs testdata/sample with its stage and images, has check-consumers.py
# read the output, and plants what each consumer would stumble over, which it has to find.
#
#   run-consumers.sh KPACK WORK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 2 ] || { sed -n 2,6p "$0" >&2; exit 2; }
kpack=$(realpath "$1") work=$(realpath -m "$2")
version=v1.7.4

rm -rf "$work" && mkdir -p "$work"
cp -R "$here/../../testdata/sample" "$work/sample"
cd "$work/sample"
rm -rf _output/release-stage
# What the consumers publish of the final tarball.
for file in configure-vm.sh gci/node.yaml gci/master.yaml gci/configure.sh gci/shutdown.sh; do
  echo "$file" >"cluster/gce/$file"
done
for base in busybox gcr.io/google-containers/debian-iptables-amd64:v7; do
  "$kpack" base add -q "$base" --rootfs "$here/../../testdata/base" --arch amd64
done
pack() {
  "$kpack" release -q --stage _output/release-stage --with-stage --version $version --platform linux/amd64,windows/amd64 \
    "$@" >"$work/results"
}
pack
check() { python3 "$here/check-consumers.py" "$1" $version; }
check _output
# Over the first release, under a second name: the consumers take the first one.
KUBE_DOCKER_REGISTRY=registry.example/release KUBE_DOCKER_IMAGE_TAG=$version pack --release-names
check _output

# plant FAULT COMMAND: after COMMAND, in a copy of the output, the check tells FAULT.
plant() {
  rm -rf "$work/planted" && cp -a _output "$work/planted"
  (cd "$work/planted" && eval "$2")
  if check "$work/planted" >"$work/said"; then echo "FAILED: not found: $2"; exit 1; fi
  grep -q -- "$1" "$work/said" || { echo "FAILED: no \"$1\" after: $2"; cat "$work/said"; exit 1; }
}
server=release-stage/server/linux-amd64/kubernetes/server/bin
plant "push_2017: bin/linux/amd64/old: not of the release" "echo >$server/old"
plant "krel: bin/linux/amd64/kubelet: missing" "rm $server/kubelet"
plant "push_2020: bin/linux/amd64/kubelet: other bytes" "rm $server/kubelet && echo >$server/kubelet"
plant "push_2020: .*/.kpack-1" "mkdir release-stage/client/.kpack-1"
plant "krel: .*linux-arm-v7: expected a folder OS-ARCH" "cp -a release-stage/client/linux-amd64 release-stage/client/linux-arm-v7"
plant "krel: .*dockerbuild: no image, but listed" "mkdir release-images/amd64/kube-proxy.dockerbuild"
plant "krel: .*list.json: no folder of an architecture" "echo >release-images/list.json"
plant "push_2017: .*list.json" "echo >release-images/list.json"
plant "krel: .*list.json: no tarball" "echo >release-tars/list.json"
plant "push_2020: .*node.yaml: no such file" "rm release-stage/full/kubernetes/cluster/gce/gci/node.yaml"
plant "version: v1.7.4 in kubernetes.tar.gz, v1 in the stage" "rm release-stage/full/kubernetes/version && echo v1 >release-stage/full/kubernetes/version"
plant "krel: .*pushed is" "cp release-images/amd64/kube-proxy.tar t && rm release-images/amd64/kube-scheduler.tar && mv t release-images/amd64/kube-scheduler.tar"
echo "ok: all planted faults are found"
rm -rf "$work"
