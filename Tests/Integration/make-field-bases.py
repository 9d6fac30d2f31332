#!/usr/bin/env python3
"""make-field-bases.py BUSYBOX DEST

Writes bases of the kinds that tools of the field leave, each around the static executable BUSYBOX, into the folder DEST,
and prints one line for each: its name and the file or folder that `kpack base add` takes. All are for linux/amd64, some
beside other things. What needs the program zstd is left out where that is missing.
"""
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile

OCI = "application/vnd.oci.image."
MANIFEST, INDEX, CONFIG, LAYER = OCI + "manifest.v1+json", OCI + "index.v1+json", OCI + "config.v1+json", OCI + "layer.v1.tar"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
AMD64 = {"architecture": "amd64", "os": "linux"}
END = 1024


def digest(data):
    return hashlib.sha256(data).hexdigest()


def layer(entries):
    """A tar archive of (name, mode, contents) each; None for a folder, a text for a symlink."""
    out = io.BytesIO()
    archive = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)
    for name, mode, contents in entries:
        info = tarfile.TarInfo(name)
        info.mode = mode
        if contents is None:
            info.type = tarfile.DIRTYPE
        elif isinstance(contents, str):
            info.type, info.linkname = tarfile.SYMTYPE, contents
        else:
            info.size = len(contents)
        archive.addfile(info, io.BytesIO(contents) if isinstance(contents, bytes) else None)
    archive.close()
    # tarfile pads to 10,240 bytes.
    data = out.getvalue().rstrip(b"\0")
    return data + bytes(-len(data) % 512 + END)


def config(layers, platform=AMD64, history=None, **settings):
    document = dict(platform, config=dict({"Env": ["PATH=/usr/local/bin:/bin"], "Cmd": ["sh"]}, **settings))
    document["rootfs"] = {"type": "layers", "diff_ids": ["sha256:" + digest(data) for data in layers]}
    if history is not None:
        document["history"] = history
    return json.dumps(document).encode()


class Layout:
    """A layout: blobs, and the descriptors of index.json."""

    def __init__(self):
        self.blobs = {}

    def descriptor(self, data, kind, **more):
        self.blobs[digest(data)] = data
        return dict(mediaType=kind, digest="sha256:" + digest(data), size=len(data), **more)

    def image(self, configuration, layers, kind=CONFIG, **more):
        """The descriptor of a manifest; layers are (bytes, media type) each."""
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.descriptor(configuration, kind),
                    "layers": [self.descriptor(data, of) for data, of in layers]}
        return self.descriptor(json.dumps(manifest).encode(), MANIFEST, **more)

    def index(self, items, **more):
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": items}
        return self.descriptor(json.dumps(document).encode(), INDEX, **more)

    def files(self, items):
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": items}).encode()
        blobs = [("blobs/sha256/" + name, data) for name, data in sorted(self.blobs.items())]
        return blobs + [("index.json", index), ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')]


def write_folder(path, files):
    for name, data in files:
        os.makedirs(os.path.dirname(os.path.join(path, name)), exist_ok=True)
        with open(os.path.join(path, name), "wb") as file:
            file.write(data)
    return path


def write_archive(path, files):
    with open(path, "wb") as file:
        file.write(layer([(name, 0o644, data) for name, data in files]))
    return path


def docker(path, configuration, layers, name, config_name=None, twice=False):
    """An archive of docker save."""
    config_name = config_name or digest(configuration) + ".json"
    names = [f"{digest(data)}/layer.tar" for data in layers]
    manifest = [{"Config": config_name, "RepoTags": [name + ":latest"], "Layers": names}]
    files = [(config_name, configuration)] + list(zip(names, layers)) * (2 if twice else 1)
    return write_archive(path, files + [("manifest.json", json.dumps(manifest).encode())])


def main():
    busybox = open(sys.argv[1], "rb").read()
    folder = sys.argv[2]
    os.makedirs(folder)
    root = layer([("bin/", 0o755, None), ("bin/busybox", 0o755, busybox), ("bin/sh", 0o777, "busybox"),
                  ("bin/cat", 0o777, "busybox"), ("etc/", 0o755, None),
                  ("etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\n"), ("tmp/", 0o1777, None)])
    more = layer([("opt/", 0o755, None), ("opt/more", 0o644, b"more\n")])
    plain = lambda *layers: [(data, LAYER) for data in layers]
    path = lambda name: os.path.join(folder, name)
    sources = {}

    def store(name, layout, items):
        sources[name] = write_folder(path(name), layout.files(items))

    absolute = layer([("/opt/", 0o755, None), ("/opt/more", 0o644, b"more\n")])
    sources["absolute-names"] = docker(path("absolute.tar"), config([root, absolute]), [root, absolute], "absolute-names")

    # The folder's header, the file's, and its five bytes.
    unpadded = more[:512 + 512 + 5]
    layout = Layout()
    store("unpadded", layout, [layout.image(config([root, unpadded]), plain(root, unpadded))])

    layout = Layout()
    layers = [(gzip.compress(root, 1, mtime=0), DOCKER_LAYER), (more, DOCKER_LAYER + ".gzip")]
    store("other-compression", layout, [layout.image(config([root, more]), layers)])

    sources["config-json"] = docker(path("jib.tar"), config([root]), [root], "config-json", "config.json")
    sources["layer-twice"] = docker(path("twice.tar"), config([root, more]), [root, more], "layer-twice", twice=True)
    short = [{"created": "2020-01-01T00:00:00Z", "created_by": "COPY more /opt/more"}]
    sources["short-history"] = docker(path("short.tar"), config([root, more], history=short), [root, more], "short-history")
    sources["null-lists"] = docker(path("null.tar"), config([root], Labels=None, Entrypoint=None, OnBuild=None), [root],
                                   "null-lists")

    layout = Layout()
    store("empty-layer", layout, [layout.image(config([root, b""]), plain(root) + [(gzip.compress(b"", mtime=0), LAYER + "+gzip")])])

    # What is for others, and what is no image.
    layout = Layout()
    windows = layout.image(config([more], {"architecture": "amd64", "os": "windows"}),
                           [(gzip.compress(more, mtime=0), OCI + "layer.nondistributable.v1.tar+gzip")],
                           platform={"architecture": "amd64", "os": "windows", "os.version": "10.0.17763.1"})
    statement = layout.image(config([], {"architecture": "unknown", "os": "unknown"}), [(b"{}", "application/vnd.in-toto+json")],
                             platform={"architecture": "unknown", "os": "unknown"})
    sound = layout.image(config([root]), plain(root), platform=AMD64)
    store("many-platforms", layout, [layout.index([windows, statement, sound])])

    # As containerd writes it: the index has all platforms, manifest.json one of them.
    layout = Layout()
    items = [layout.image(config([root], dict(AMD64, architecture=machine)), plain(root),
                          platform=dict(AMD64, architecture=machine)) for machine in ("amd64", "s390x")]
    names = {"io.containerd.image.name": "docker.io/library/two-forms:latest", "org.opencontainers.image.ref.name": "latest"}
    manifest = [{"Config": "blobs/sha256/" + digest(config([root])), "RepoTags": ["two-forms:latest"],
                 "Layers": ["blobs/sha256/" + digest(root)]}]
    files = layout.files([layout.index(items, annotations=names)])
    sources["two-forms"] = write_archive(path("two.tar"), files + [("manifest.json", json.dumps(manifest).encode())])

    if shutil.which("zstd"):
        layout = Layout()
        packed = subprocess.run(["zstd", "-q", "-c"], input=root, capture_output=True, check=True).stdout
        store("zstd", layout, [layout.image(config([root]), [(packed, LAYER + "+zstd")])])

    for name, source in sources.items():
        print(name, source)


main()
