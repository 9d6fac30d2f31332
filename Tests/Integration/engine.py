"""The Docker engine at DOCKER_HOST, and base images on the way into it: what the tests and the benchmark share."""
import json
import os
import subprocess
import tempfile

REFERENCE_NAME = "org.opencontainers.image.ref.name"


def docker(*arguments, text=None):
    """What `docker` prints; `text` is its standard input. The legacy builder, which needs no plug-in."""
    environment = dict(os.environ, DOCKER_BUILDKIT="0")
    done = subprocess.run(["docker", *arguments], input=text, text=True, capture_output=True, env=environment)
    if done.returncode:
        raise SystemExit(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def without_digest(reference):
    return reference.partition("@")[0]


def tagged(reference):
    """`x`, `docker.io/library/x` and `x:latest@sha256:...` are all `x:latest`."""
    name = without_digest(reference)
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] else name + ":latest"


def load_base(bases, reference, architecture):
    """Loads the image that the OCI layout folder `bases` holds as `reference` into the engine, under that name."""
    with open(os.path.join(bases, "index.json"), encoding="utf-8") as file:
        names = [item.get("annotations", {}).get(REFERENCE_NAME, "") for item in json.load(file)["manifests"]]
    name = next((name for name in names if name and tagged(name) == tagged(reference)), None)
    if name is None:
        raise SystemExit(f"{bases}: no {reference}, only {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "base.tar")
        subprocess.run(
            ["skopeo", "--insecure-policy", "--override-os", "linux", "--override-arch", architecture, "copy", "-q",
             f"oci:{bases}:{name}", f"docker-archive:{archive}:{tagged(reference)}"], check=True)
        docker("load", "-q", "-i", archive)
