#!/usr/bin/env python3
"""make-bases.py KPACK BASES [ARCH...]

Fills the folder BASES with the base images that the built-in layouts name, made from Debian's packages: a busybox from
busybox-static, a debian-iptables from iptables and the libraries that it needs. Nothing is installed and nothing of
another architecture is run: apt keeps a state of its own in a temporary folder. Exits with 77 where the packages
cannot be had.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

# Debian's name of each architecture.
DEBIAN = {"amd64": "amd64", "arm": "armhf", "arm64": "arm64", "ppc64le": "ppc64el", "s390x": "s390x"}
BUSYBOX = {"amd64": "busybox", "arm": "armel/busybox", "arm64": "aarch64/busybox", "ppc64le": "ppc64le/busybox",
           "s390x": "s390x/busybox"}
IPTABLES = "gcr.io/google-containers/debian-iptables-{}:v7"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# iptables with the libraries that it needs to run, and a shell. Armhf's libraries are linked with libgcc-s1.
PACKAGES = ("iptables libc6 libgcc-s1 libip4tc2 libip6tc2 libmnl0 libnetfilter-conntrack3 libnfnetlink0 libnftnl11 "
            "libxtables12 dash").split()

RELEASE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def skip(reason):
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(77)


def mirror():
    """The archive that this machine takes Debian's packages from."""
    listing = subprocess.run(["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"],
                             capture_output=True, text=True).stdout
    rows = (line.split() for line in listing.splitlines())
    return next((row[2] for row in rows if row[:2] == [RELEASE, "main"]), None) or skip(f"apt has no {RELEASE} main")


def apt(folder, architectures, *arguments, cwd=None):
    """Runs apt-get on a state below `folder`, which knows the main archive alone."""
    places = {"Dir::State": "state", "Dir::State::status": "status", "Dir::Cache": "cache",
              "Dir::Etc::sourcelist": "sources.list", "Dir::Etc::sourceparts": "none",
              "Dir::Etc::preferences": "none", "Dir::Etc::preferencesparts": "none"}
    options = [f"{key}={folder}/{name}" for key, name in places.items()]
    # The folder belongs to this user alone, so apt may not change to another one to download.
    options += [f"APT::Architectures={','.join(architectures)}", "Acquire::Languages=none", "APT::Sandbox::User="]
    command = ["apt-get", "-q", "-y", *(word for option in options for word in ("-o", option)), *arguments]
    done = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        skip(f"apt-get {arguments[0]}: {done.stdout.strip()}")


def prepare(folder, architectures):
    """Gives apt its state below `folder` and brings it up to date."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb") or not os.path.exists(KEYRING):
        skip(f"needs apt-get, dpkg-deb and {KEYRING}")
    for name in ("state/lists/partial", "cache/archives/partial", "none"):
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "status"), "w", encoding="ascii"):
        pass
    with open(os.path.join(folder, "sources.list"), "w", encoding="ascii") as file:
        file.write(f"deb [signed-by={KEYRING} arch={','.join(architectures)}] {mirror()} {RELEASE} main\n")
    apt(folder, architectures, "update", "--error-on=any")


def unpack(packages, root):
    os.makedirs(root)
    for package in sorted(packages):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)


def complete(root):
    """Adds what Debian's packages make when they are installed, and takes out what no image needs."""
    for name in ("doc", "info", "lintian", "locale", "man"):
        shutil.rmtree(f"{root}/usr/share/{name}", ignore_errors=True)
    for family in ("iptables", "ip6tables"):
        for action in ("", "-save", "-restore"):
            os.symlink(f"{family}-legacy{action}", f"{root}/usr/sbin/{family}{action}")
    if not os.path.lexists(f"{root}/bin/sh"):
        os.symlink("dash", f"{root}/bin/sh")
    for name, text in (("passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("group", "root:x:0:\n")):
        with open(f"{root}/etc/{name}", "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(f"{root}/etc/{name}", 0o644)
    for name, mode in (("root", 0o700), ("tmp", 0o1777)):
        os.makedirs(f"{root}/{name}", exist_ok=True)
        os.chmod(f"{root}/{name}", mode)


def pack(root, tar):
    os.chmod(root, 0o755)
    subprocess.run(["tar", "--create", "--file", tar, "--format=ustar", "--sort=name", "--numeric-owner", "--owner=0",
                    "--group=0", "--mtime=@0", "--directory", root, "."], check=True, env=dict(os.environ, LC_ALL="C"))


def make(kpack, bases, architecture, folder):
    """Makes both bases of one architecture from the packages in `folder`."""
    packages = glob.glob(f"{folder}/*.deb")
    busybox = [package for package in packages if os.path.basename(package).startswith("busybox-static_")]
    unpack(busybox, f"{folder}/busybox")
    subprocess.run([kpack, "base", "make", BUSYBOX[architecture], "--from", f"{folder}/busybox/bin/busybox",
                    "--arch", architecture, "--bases", bases], check=True)
    unpack(set(packages) - set(busybox), f"{folder}/root")
    complete(f"{folder}/root")
    pack(f"{folder}/root", f"{folder}/root.tar")
    subprocess.run([kpack, "base", "add", IPTABLES.format(architecture), "--rootfs", f"{folder}/root.tar",
                    "--arch", architecture, "--cmd", "/bin/sh", "--env", PATH, "--bases", bases], check=True)


def main():
    if len(sys.argv) < 3 or not set(sys.argv[3:]) <= set(DEBIAN):
        sys.exit(f"{__doc__}\nARCH is one of {', '.join(DEBIAN)}; all of them without any.")
    kpack, bases = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    architectures = sys.argv[3:] or list(DEBIAN)
    names = [DEBIAN[architecture] for architecture in architectures]
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="bases.") as folder:
        prepare(folder, names)
        for architecture, debian in zip(architectures, names):
            own = os.path.join(folder, architecture)
            os.mkdir(own)
            wanted = (f"{package}:{debian}" for package in ["busybox-static", *PACKAGES])
            apt(folder, names, "download", *wanted, cwd=own)
            make(kpack, bases, architecture, own)


main()
