#!/usr/bin/env python3
"""compare-docker-build.py IMAGES_DIR DOCKERFILES_DIR BASES ARCH [NAME...]

Builds each DOCKERFILES_DIR/ARCH/NAME with `docker build`, on the base that the folder BASES holds, and compares
the image with IMAGES_DIR/ARCH/NAME.tar: every path of the file system but its time, and the settings. Prints what
differs and exits with 1 if anything does. The engine at DOCKER_HOST should be one of its own (with-engine.sh), since
tags are loaded into it.
"""
import hashlib
import json
import os
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True
from engine import docker, load_base, without_digest  # noqa: E402

SETTINGS = ("Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels", "ExposedPorts", "Volumes")
KINDS = {tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink", tarfile.REGTYPE: "file",
         tarfile.AREGTYPE: "file"}


def settings(image):
    found = json.loads(docker("image", "inspect", image))[0]
    rows = {key: found["Config"].get(key) or None for key in SETTINGS}
    return rows | {"architecture": found["Architecture"], "os": found["Os"]}


def row(archive, member):
    body = archive.extractfile(member) if member.isreg() else None
    return {"type": KINDS.get(member.type, repr(member.type)), "mode": f"{member.mode & 0o7777:04o}", "uid": member.uid,
            "gid": member.gid, "size": member.size, "link": member.linkname,
            "sha256": hashlib.file_digest(body, "sha256").hexdigest() if body else ""}


def file_system(image):
    """The exported file system of `image`: path to what it is."""
    # Nothing is run; a container only has to name some command.
    container = docker("create", "--network", "none", image, "/none")
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                rows = {"/" + member.name: row(archive, member) for member in archive}
            export.stdout.read()  # the padding
        if export.returncode:
            raise SystemExit(f"docker export of {image}: status {export.returncode}")
        return rows
    finally:
        docker("rm", container)


def differences(built, ours):
    for key in sorted(built.keys() | ours.keys()):
        left, right = built.get(key), ours.get(key)
        if isinstance(left, dict) and isinstance(right, dict) and key.startswith("/"):
            yield from ((f"{key}: {field}", left[field], right[field]) for field in left if left[field] != right[field])
        elif left != right:
            yield key, left, right


def build(folder, bases, architecture):
    """Builds the Dockerfile of `folder`, and returns the image's ID."""
    with open(os.path.join(folder, "Dockerfile"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    number, base = next((number, line.split()[-1]) for number, line in enumerate(lines) if line.split()[:1] == ["FROM"])
    load_base(bases, base, architecture)
    # An engine knows an image by a digest only when it has pulled it, so the tag alone stands for it here.
    lines[number] = lines[number].replace(base, without_digest(base))
    return docker("build", "-q", "--no-cache", "--platform", f"linux/{architecture}", "-f", "-", folder,
                  text="\n".join(lines) + "\n")


def load(archive):
    """Loads an image archive, and returns the image's ID, which is the digest of its config."""
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        identifier = "sha256:" + hashlib.sha256(tar.extractfile(manifest["Config"]).read()).hexdigest()
    docker("load", "-q", "-i", archive)
    return identifier


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    images, dockerfiles, bases, architecture = sys.argv[1:5]
    folder = os.path.join(dockerfiles, architecture)
    names = sys.argv[5:] or sorted(os.listdir(folder))
    if not names:
        sys.exit(f"{folder}: nothing in it")
    different = 0
    for name in names:
        built = build(f"{folder}/{name}", bases, architecture)
        ours = load(os.path.join(images, architecture, f"{name}.tar"))
        paths = file_system(built), file_system(ours)
        found = [*differences(settings(built), settings(ours)), *differences(*paths)]
        for what, left, right in found:
            print(f"{architecture} {name}: {what}: docker build {left}, kpack {right}")
        print(f"{architecture} {name}: {len(paths[1])} paths, {len(found)} differences from docker build")
        different += len(found)
    sys.exit(1 if different else 0)


main()
