#!/usr/bin/env bash
# Makes the packages of testdata/node-packages, with stand-ins for the binaries, and has the programs of the field read,
# install and serve them: dpkg, lintian and apt; rpm, cpio and dnf. All of that happens in folders of its own below WORK,
# which is removed at the end.
#
#   check-packages.sh KPACK WORK
set -euo pipefail
cd "$(dirname "$0")/../.."
kpack=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")

fail() { echo "check-packages: $*" >&2; exit 1; }
step() { echo "check-packages: $*"; }

rm -rf "$work" && mkdir -p "$work/tree"
cp -R testdata/node-packages/. "$work/tree"
cd "$work/tree"
# Programs for this machine: what is executable must be of the platform.
for name in kubelet kubeadm kubectl; do
  mkdir -p bin/linux/amd64
  cp "$(command -v busybox)" bin/linux/amd64/$name
  # Big enough to be spliced, and each another.
  { seq 1 200000; echo $name; } >>bin/linux/amd64/$name
done
mkdir -p cni/amd64/bin
for name in bridge loopback portmap; do cp "$(command -v busybox)" cni/amd64/bin/$name; done
common=(--root . --bin bin --layouts layouts --platform linux/amd64 --version v1.8.0-beta.1 --epoch 1500000000)
"$kpack" packages "${common[@]}" --out ../out --cache ../cache -q >/dev/null
"$kpack" packages "${common[@]}" --out ../again --no-cache --jobs 1 -q >/dev/null
cd "$work"
for file in out/*.deb out/*.rpm; do cmp "$file" "again/$(basename "$file")"; done
[ "$(ls out/*.deb out/*.rpm | wc -l)" = 8 ] || fail "expected 8 packages"

# The names, types, modes and sizes that kpack lists, in the words of `find`.
listed() {
  "$kpack" list --format json "$1" 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    print(row["path"], {"file": "f", "dir": "d", "symlink": "l"}[row["type"]], row["mode"].lstrip("0"),
          row["size"] if row["type"] == "file" else "", row["sha256"])' | LC_ALL=C sort
}
found() {
  (cd "$1" && find . | while IFS= read -r path; do
    type=$(stat -c %F "$path")
    case $type in
      directory) echo "$path d $(stat -c %a "$path")  " ;;
      "symbolic link") echo "$path l 777  " ;;
      *) echo "$path f $(stat -c '%a %s' "$path") $(sha256sum <"$path" | cut -d ' ' -f 1)" ;;
    esac
  done) | LC_ALL=C sort
}

step "dpkg-deb"
for deb in out/*.deb; do
  dpkg-deb --info "$deb" >/dev/null
  dpkg-deb --contents "$deb" >/dev/null
  dpkg-deb --fsys-tarfile "$deb" | tar -tf - >/dev/null
  root=extracted/$(basename "$deb")
  mkdir -p "$root" && dpkg-deb --extract "$deb" "$root" && dpkg-deb --control "$deb" "$root.control"
  (cd "$root" && md5sum --quiet --check "../$(basename "$deb").control/md5sums")
  diff <(listed "$deb") <(found "$root") || fail "$deb: kpack lists other entries than dpkg-deb extracts"
done
# KiB: of each file its size, rounded up, and one for all else.
size=$(cd extracted/kubelet_*.deb && { find . -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'; })
size=$((size + $(cd extracted/kubelet_*.deb && find . ! -type f | wc -l)))
for field in "Version 1.8.0~beta.1-00" "Architecture amd64" "Section misc" "Priority optional" "Installed-Size $size"; do
  found=$(dpkg-deb --field out/kubelet_*.deb "${field%% *}")
  [ "$found" = "${field#* }" ] || fail "kubelet: expected $field, found $found"
done

step "dpkg --install"
mkdir -p dpkg/var/lib/dpkg/{info,updates,triggers} && touch dpkg/var/lib/dpkg/{status,available}
# What they depend on is not there, and the scripts need a shell there.
dpkg --root="$work/dpkg" --force-not-root --force-depends --force-script-chrootless --log=/dev/null --install out/*.deb >dpkg.log 2>&1 ||
  { cat dpkg.log >&2; fail "dpkg --install"; }
for name in kubelet kubeadm kubectl kubernetes-cni; do
  dpkg --root="$work/dpkg" --status $name | grep -q '^Status: install ok installed$' || fail "$name is not installed"
done
dpkg --root="$work/dpkg" --verify && cmp dpkg/usr/bin/kubelet tree/bin/linux/amd64/kubelet
dpkg --root="$work/dpkg" --force-not-root --force-depends --force-script-chrootless --log=/dev/null --purge kubeadm >/dev/null 2>&1
[ ! -e dpkg/etc/systemd/system/kubelet.service.d/10-kubeadm.conf ] || fail "purge left a configuration file"

step "lintian"
# What is an error to Debian comes from what the layouts put in and say, and all of it is so in Kubernetes' own packages:
# programs of Go have no shared libraries; plugins are below /opt, where nodes look for them; there is no copyright file
# and no changelog; scripts call systemctl; the revision is 00; a package of Debian's base is depended on by name; a
# description is the name. No other error may appear.
expected='statically-linked-binary|dir-or-file-in-opt|no-copyright-file|no-changelog|maintainer-script-calls-systemctl'
expected+='|debian-revision-is-zero|depends-on-essential-package-without-using-version|description-is-pkg-name'
lintian --no-cfg --allow-root --tag-display-limit 0 --fail-on none out/*.deb >lintian.log 2>&1 || true
grep '^E: ' lintian.log | grep -vE "^E: [a-z-]+: ($expected)" && fail "lintian finds other errors than those of the contents"
grep -qE '^[EW]: kubelet: ' lintian.log || { cat lintian.log >&2; fail "lintian found nothing at all"; }

step "apt"
mkdir -p repository apt/{etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d},state/lists/partial,cache/archives/partial,dpkg}
cp out/*.deb repository
(cd repository && dpkg-scanpackages --multiversion . 2>/dev/null >Packages)
touch apt/dpkg/status
echo "deb [trusted=yes] file:$work/repository ./" >apt/etc/apt/sources.list
cat >apt/apt.conf <<CONF
Dir "$work/apt"; Dir::Etc "etc/apt"; Dir::State "state"; Dir::State::status "$work/apt/dpkg/status"; Dir::Cache "cache";
Dir::Log "$work/apt"; Apt::Architecture "amd64"; Apt::Architectures { "amd64"; }; Acquire::Languages "none"; APT::Sandbox::User "root";
Debug::NoLocking "true";
CONF
export APT_CONFIG=$work/apt/apt.conf
apt-get update >apt.log 2>&1 || { cat apt.log >&2; fail "apt-get update"; }
[ "$(apt-cache show kubelet | sed -n 's/^Version: //p')" = "1.8.0~beta.1-00" ] || fail "apt does not know kubelet"
apt-get --simulate --no-install-recommends install kubectl | grep -q '^Inst kubectl (1.8.0~beta.1-00 ' || fail "apt does not install kubectl"
(cd apt && apt-get download kubectl >/dev/null 2>&1) && cmp apt/kubectl_*.deb out/kubectl_*.deb
unset APT_CONFIG

step "rpm --checksig and --query"
mkdir rpmdb
rpm() { command rpm --dbpath "$work/rpmdb" "$@"; }
for file in out/*.rpm; do
  rpm -K "$file" | grep -q ': digests OK$' || fail "$(rpm -K -v "$file")"
  for tag in $(rpm --querytags); do
    rpm -qp --qf "[%{$tag}]" "$file" >/dev/null 2>query.log || { cat query.log >&2; fail "$file: $tag"; }
    [ ! -s query.log ] || { cat query.log >&2; fail "$file: $tag"; }
  done
done
[ "$(rpm -qp --qf '%{NAME} %{EVR} %{ARCH}' out/kubernetes-cni-*.rpm)" = "kubernetes-cni 0.5.1-0 x86_64" ] || fail "kubernetes-cni"
diff <(rpm -qp --requires out/kubeadm-*.rpm | grep -v rpmlib | LC_ALL=C sort) <(printf '%s\n' 'kubectl >= 1.6.0' 'kubelet >= 1.6.0' kubernetes-cni) ||
  fail "kubeadm depends on other packages"
[ "$(rpm -qp --configfiles out/kubeadm-*.rpm)" = /etc/systemd/system/kubelet.service.d/10-kubeadm.conf ] || fail "kubeadm: %config"

step "rpm2cpio and cpio"
for file in out/*.rpm; do
  root=extracted/$(basename "$file")
  mkdir -p "$root"
  rpm2cpio "$file" | (cd "$root" && bsdcpio --quiet -id)
  diff <(rpm2cpio "$file" | bsdcpio --quiet -t | sed 's|^\./||' | LC_ALL=C sort) \
    <(listed "$file" | cut -d ' ' -f 1 | sed 's|^\./||' | LC_ALL=C sort) || fail "$file: cpio lists other entries than kpack"
  diff <(listed "$file" | grep ' [fl] ') <(found "$root" | grep ' [fl] ') || fail "$file: cpio extracts other files"
done

step "rpm --install"
mkdir rpmroot
rpm --root "$work/rpmroot" --dbpath /var/lib/rpm --initdb 2>/dev/null || true
command rpm --root "$work/rpmroot" --dbpath /var/lib/rpm --nodeps --nosignature -i out/*.rpm 2>rpm.log || { cat rpm.log >&2; fail "rpm -i"; }
for name in kubelet kubeadm kubectl kubernetes-cni; do
  command rpm --root "$work/rpmroot" --dbpath /var/lib/rpm --nodeps -V $name >verify.log 2>&1 || { cat verify.log >&2; fail "rpm -V $name"; }
done
cmp rpmroot/usr/bin/kubelet tree/bin/linux/amd64/kubelet && [ -d rpmroot/opt/cni/bin ] || fail "rpm -i installed other files"
echo changed >>rpmroot/etc/systemd/system/kubelet.service.d/10-kubeadm.conf
{ command rpm --root "$work/rpmroot" --dbpath /var/lib/rpm -V --nodeps kubeadm || true; } | grep -q '^S.5.*T.*  c /etc' || fail "rpm -V sees no change"
command rpm --root "$work/rpmroot" --dbpath /var/lib/rpm --nodeps -e kubeadm 2>/dev/null
[ ! -e rpmroot/usr/bin/kubeadm ] || fail "rpm -e left files"

step "dnf"
mkdir -p yum dnf/{root,cache,repos}
cp out/*.rpm yum
createrepo_c --quiet yum >/dev/null
printf '[main]\ngpgcheck=0\nreposdir=%s\ncachedir=%s\nlogdir=%s\nplugins=0\n' "$work/dnf/repos" "$work/dnf/cache" "$work/dnf" >dnf/dnf.conf
printf '[local]\nname=local\nbaseurl=file://%s\nenabled=1\n' "$work/yum" >dnf/repos/local.repo
dnf() { command dnf -q -y --config "$work/dnf/dnf.conf" --installroot "$work/dnf/root" --releasever 9 "$@"; }
dnf install kubectl >dnf.log 2>&1 || { cat dnf.log >&2; fail "dnf install kubectl"; }
cmp dnf/root/usr/bin/kubectl tree/bin/linux/amd64/kubectl || fail "dnf installed other files"
[ "$(dnf repoquery --qf '%{name} %{evr} %{arch}' kubelet)" = "kubelet 1.8.0~beta.1-0 x86_64" ] || fail "dnf does not know kubelet"

cd /
rm -rf "$work"
echo "check-packages: 8 packages, read by dpkg-deb, dpkg, lintian, apt, rpm, cpio and dnf"
