#!/usr/bin/env python3
"""check-consumers.py OUTPUT VERSION

Reads OUTPUT, the folder that build/release.sh or kpack fills, as those programs read it that ship a release of
Kubernetes: the push scripts of 2017 and of 2020 (push-build.sh and lib/releaselib.sh of kubernetes/release) and krel
(pkg/build and pkg/release there). Fails where one of them would fail, and where it would ship anything that is not in
the tarballs and images. The buckets and the engine are stand-ins: nothing leaves this machine.
"""
import hashlib
import json
import os
import re
import sys
import tarfile

REGISTRY = "registry.example/push"
# The lists of checksums that a release has in each folder.
CHECKSUMS = ("SHA256SUMS", "SHA512SUMS")
GCE = "release-stage/full/kubernetes/cluster/gce"
WINDOWS = ["configure.ps1", "common.psm1", "k8s-node-setup.psm1", "testonly/install-ssh.psm1",
           "testonly/user-profile.psm1"]


class Fault(Exception):
    """What makes a consumer fail, or ship what it should not."""


def sha256(file):
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def digest_of(path):
    with open(path, "rb") as file:
        return sha256(file)


def visible(folder):
    """What a shell's FOLDER/* names."""
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


class Bucket:
    """A stand-in for a bucket: the digest of each object by its name."""

    def __init__(self):
        self.objects = {}

    def copy(self, source, folder):
        """As `tar c SOURCE | tar x -C FOLDER`: a folder brings all that is below it."""
        if os.path.isdir(source):
            for name in os.listdir(source):
                self.copy(os.path.join(source, name), f"{folder}/{os.path.basename(source)}")
        elif os.path.isfile(source):
            self.objects[os.path.normpath(f"{folder}/{os.path.basename(source)}")] = digest_of(source)
        else:
            raise Fault(f"{source}: no such file")

    def copy_all(self, folder, target):
        """As `cp FOLDER/* TARGET` of a shell, which fails where there is nothing."""
        names = visible(folder) if os.path.isdir(folder) else []
        if not names:
            raise Fault(f"{folder}: nothing in it")
        for name in names:
            self.copy(os.path.join(folder, name), target)


class Engine:
    """A stand-in for an engine and a registry: the images that were pushed, by name."""

    def __init__(self):
        self.pushed = {}

    @staticmethod
    def load(path):
        """As `docker load`: the image's ID, its architecture and its names, when all that it names is there."""
        with tarfile.open(path) as tar:
            def content(name):
                try:
                    return tar.extractfile(name)
                except KeyError:
                    raise Fault(f"{path}: no {name} in it") from None
            (image,) = json.load(content("manifest.json"))
            text = content(image["Config"]).read()
            config = json.loads(text)
            layers = ["sha256:" + sha256(content(name)) for name in image["Layers"]]
            if layers != config["rootfs"]["diff_ids"]:
                raise Fault(f"{path}: its layers are not those that its config names")
        return hashlib.sha256(text).hexdigest(), config["architecture"], image["RepoTags"]

    def push(self, name, image):
        if self.pushed.setdefault(name, image) != image:
            raise Fault(f"{name}: pushed for two images")


def first_name(path):
    """The name that all consumers take: the first one, which has to have a registry and a tag."""
    _, _, names = Engine.load(path)
    match = re.fullmatch(r".+/(.+):.+", names[0])
    if not match:
        raise Fault(f"{path}: malformed name {names[0]}")
    return match[1]


class Release:
    """What OUTPUT holds, by the tarballs alone."""

    def __init__(self, output, version):
        self.output = output
        self.version = version

    def path(self, *parts):
        return os.path.join(self.output, *parts)

    def binaries(self, kind, platform):
        """The digest of each file in the folder of binaries of a tarball, by its name; None where there is no tarball."""
        path = self.path("release-tars", f"kubernetes-{kind}-{platform}.tar.gz")
        if not os.path.exists(path):
            return None
        prefix = f"kubernetes/{kind}/bin/"
        with tarfile.open(path) as tar:
            return {member.name[len(prefix):]: sha256(tar.extractfile(member)) for member in tar
                    if member.isfile() and member.name.startswith(prefix)}

    def shipped_binaries(self):
        """The naked binaries: those of the server, else of the client and the node, by their names in a bucket."""
        shipped = {}
        for name in visible(self.path("release-tars")):
            match = re.fullmatch(r"kubernetes-client-([^-]+)-([^-]+)\.tar\.gz", name)
            if match:
                platform = f"{match[1]}-{match[2]}"
                files = self.binaries("server", platform)
                if files is None:
                    files = self.binaries("client", platform) | (self.binaries("node", platform) or {})
                shipped |= {f"bin/{match[1]}/{match[2]}/{file}": digest for file, digest in files.items()}
        return shipped

    def check_version(self):
        """push-build.sh and krel read it from the tarball; older ones from the stage."""
        with tarfile.open(self.path("release-tars", "kubernetes.tar.gz")) as tar:
            packed = tar.extractfile("kubernetes/version").read().decode().strip()
        with open(self.path("release-stage/full/kubernetes/version"), encoding="utf-8") as file:
            staged = file.read().strip()
        if {packed, staged} != {self.version}:
            raise Fault(f"version: {packed} in kubernetes.tar.gz, {staged} in the stage, wanted is {self.version}")

    def check(self, bucket, extra):
        """Compares what stands in a bucket with the tarballs, the binaries in them and the scripts of GCE."""
        wanted = {name: digest_of(self.path("release-tars", name)) for name in visible(self.path("release-tars"))}
        wanted |= self.shipped_binaries()
        wanted |= {f"extra/gce/{target}": digest_of(self.path(GCE, source)) for source, target in extra.items()}
        for name in sorted(wanted.keys() | bucket.objects.keys()):
            if wanted.get(name) != bucket.objects.get(name):
                found = "other bytes" if name in wanted and name in bucket.objects else (
                    "missing" if name in wanted else "not of the release")
                raise Fault(f"{name}: {found}")


def gce_files(release, required, optional):
    """The scripts of GCE that go beside a release, with their names there."""
    files = {source: source for source in required}
    files |= {source: source for source in optional if os.path.isfile(release.path(GCE, source))}
    # GCI is what trusty was in older releases.
    folder = "gci" if os.path.isdir(release.path(GCE, "gci")) else "trusty"
    files |= {f"{folder}/{name}": name for name in ("node.yaml", "master.yaml", "configure.sh")}
    return files


def push_binaries(release, bucket, platforms):
    """The naked binaries. Only the first "-" of a platform's folder is a slash in the bucket."""
    stage = release.path("release-stage")
    for platform in platforms:
        target = f"bin/{platform.replace('-', '/', 1)}"
        is_server = os.path.isdir(f"{stage}/server/{platform}")
        kind = "server" if is_server else "client"
        bucket.copy_all(f"{stage}/{kind}/{platform}/kubernetes/{kind}/bin", target)
        if not is_server and os.path.isdir(f"{stage}/node/{platform}"):
            bucket.copy_all(f"{stage}/node/{platform}/kubernetes/node/bin", target)


def push_2017(release):
    """release::gcs::copy_release_artifacts and release::docker::release."""
    bucket = Bucket()
    extra = gce_files(release, ["configure-vm.sh"], [])
    bucket.copy_all(release.path("release-tars"), ".")
    for source in extra:
        bucket.copy(release.path(GCE, source), "extra/gce")
    push_binaries(release, bucket, visible(release.path("release-stage/client")))
    release.check(bucket, extra)
    images = release.path("release-images")
    if not os.path.isdir(images):
        return "no release-images: it pushes what the engine has"
    engine = Engine()
    for architecture in visible(images):
        archives = [name for name in visible(f"{images}/{architecture}") if name.endswith(".tar")]
        for name in archives or ["*.tar"]:
            path = f"{images}/{architecture}/{name}"
            binary = first_name(path)
            image = Engine.load(path)
            if architecture == "amd64":
                binary = binary.replace("-amd64", "", 1)
                engine.push(f"{REGISTRY}/{binary}:{release.version}", image)
                binary += "-amd64"
            engine.push(f"{REGISTRY}/{binary}:{release.version}", image)
    return check_pushed(release, engine, legacy=True)


def push_2020(release):
    """release::gcs::locally_stage_release_artifacts and release::docker::release."""
    bucket = Bucket()
    extra = gce_files(release, [], ["configure-vm.sh", "gci/shutdown.sh"])
    bucket.copy_all(release.path("release-tars"), ".")
    for source in extra:
        bucket.copy(release.path(GCE, source), "extra/gce")
    extra = {source: os.path.basename(target) for source, target in extra.items()}
    if os.path.isdir(release.path(GCE, "windows")):
        for source in WINDOWS:
            bucket.copy(release.path(GCE, "windows", source), "extra/gce/windows")
            extra[f"windows/{source}"] = f"windows/{os.path.basename(source)}"
    # With find, which gives names with a dot before them too.
    push_binaries(release, bucket, sorted(os.listdir(release.path("release-stage/client"))))
    release.check(bucket, extra)
    images = release.path("release-images")
    if not os.path.isdir(images):
        return "no release-images: no image is pushed, as after the original scripts"
    engine = Engine()
    for architecture in sorted(os.listdir(images)):
        if os.path.isdir(f"{images}/{architecture}"):
            archives = [name for name in visible(f"{images}/{architecture}") if name.endswith(".tar")]
            for name in archives or ["*.tar"]:
                path = f"{images}/{architecture}/{name}"
                binary = first_name(path).replace(f"-{architecture}", "", 1)
                engine.push(f"{REGISTRY}/{binary}-{architecture}:{release.version}", Engine.load(path))
    return check_pushed(release, engine)


def krel(release):
    """StageLocalArtifacts, CopyBinaries, ListBuildBinaries, ListBuildTarballs, ListBuildImages and Images.Publish."""
    bucket = Bucket()
    tars = release.path("release-tars")
    for name in sorted(os.listdir(tars)):
        bucket.copy(os.path.join(tars, name), ".")
        if not name.endswith("tar.gz") and name not in CHECKSUMS:
            raise Fault(f"{tars}/{name}: no tarball, but uploaded with them")
    extra = {f"gci/{name}": name for name in ("node.yaml", "master.yaml", "configure.sh")}
    extra |= {source: target for source, target in
              (("configure-vm.sh", "configure-vm.sh"), ("gci/shutdown.sh", "shutdown.sh"))
              if os.path.isfile(release.path(GCE, source))}
    # All of them are required with extra files, which releases without the folder are therefore staged without.
    if os.path.isdir(release.path(GCE, "windows")):
        extra |= {f"windows/{source}": f"windows/{os.path.basename(source)}" for source in WINDOWS}
    for source, target in extra.items():
        bucket.copy(release.path(GCE, source), os.path.dirname(f"extra/gce/{target}"))
    stage = release.path("release-stage")
    platforms = []
    for name in sorted(os.listdir(f"{stage}/client")):
        if not os.path.isdir(f"{stage}/client/{name}"):
            raise Fault(f"{stage}/client/{name}: no folder of a platform, and skipped with a warning")
        if len(name.split("-")) != 2:
            raise Fault(f"{stage}/client/{name}: expected a folder OS-ARCH")
        platforms.append(name)
    push_binaries(release, bucket, platforms)
    release.check(bucket, extra)

    images = release.path("release-images")
    if not os.path.isdir(images):
        return "no release-images: it fails, as after the original scripts"
    engine = Engine()
    for architecture in sorted(os.listdir(images)):
        folder = f"{images}/{architecture}"
        # Everything below is uploaded, and what is in an architecture's folder is read as an image.
        if not os.path.isdir(folder):
            raise Fault(f"{folder}: no folder of an architecture, but uploaded")
        for name in sorted(os.listdir(folder)):
            path = f"{folder}/{name}"
            # GetManifestImages skips what does not end in .tar.
            if name in CHECKSUMS:
                continue
            if not os.path.isfile(path) or not name.endswith(".tar"):
                raise Fault(f"{path}: no image, but listed and uploaded as one")
            binary = first_name(path).removesuffix(f"-{architecture}")
            engine.push(f"{REGISTRY}/{binary}-{architecture}:{release.version}", Engine.load(path))
    return check_pushed(release, engine)


def check_pushed(release, engine, legacy=False):
    """Compares the images in the registry with those in the server tarballs: the same IDs, each name once."""
    images = release.path("release-images")
    wanted = {}
    for architecture in sorted(os.listdir(images)):
        tarball = release.path("release-tars", f"kubernetes-server-linux-{architecture}.tar.gz")
        if not os.path.exists(tarball):
            raise Fault(f"{images}/{architecture}: there is no {tarball}")
        for name in (name for name in sorted(os.listdir(f"{images}/{architecture}")) if name.endswith(".tar")):
            staged = release.path(f"release-stage/server/linux-{architecture}/kubernetes/server/bin", name)
            path = staged if os.path.exists(staged) else f"{images}/{architecture}/{name}"
            image, of, _ = Engine.load(path)
            if of != architecture:
                raise Fault(f"{path}: an image for {of}")
            names = [f"{name.removesuffix('.tar')}-{architecture}"]
            if legacy and architecture == "amd64":
                names.append(name.removesuffix(".tar"))
            wanted |= {f"{REGISTRY}/{name}:{release.version}": image for name in names}
    found = {name: image for name, (image, _, _) in engine.pushed.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise Fault(f"{name}: pushed is {found.get(name)}, wanted is {wanted.get(name)}")
    return f"{len(found)} names of images pushed"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    release = Release(os.path.abspath(sys.argv[1]), sys.argv[2])
    status = 0
    for consumer in (push_2017, push_2020, krel):
        try:
            release.check_version()
            print(f"ok: {consumer.__name__}: {consumer(release)}")
        except (Fault, OSError, KeyError, ValueError, tarfile.TarError) as error:
            print(f"FAILED: {consumer.__name__}: {error}")
            status = 1
    sys.exit(status)


main()
