#!/usr/bin/env python3
"""Compares what kpack lists of zips with what zipinfo, Python, Go, bsdtar and 7z find in them.

  compare-zips.py KPACK LISTZIP ZIP...

LISTZIP is the program of Go beside this file. Exits with 1 and tells the first rows that differ.
"""
import hashlib
import json
import re
import stat
import subprocess
import sys
import urllib.parse
import zipfile
from datetime import datetime, timezone

# Kind, mode, size, target, seconds, digest of the contents; by path, without the slash of folders.
KEYS = ["type", "mode", "size", "link", "mtime", "sha256"]


def output(*words):
    return subprocess.run(words, check=True, capture_output=True).stdout.decode()


def kpack_rows(kpack, path):
    rows = {}
    for line in output(kpack, "list", "--format", "json", path).splitlines():
        row = json.loads(line)
        rows[urllib.parse.unquote(row["path"])] = {key: row[key] for key in KEYS}
    return rows


def kind(mode):
    return "dir" if stat.S_ISDIR(mode) else "symlink" if stat.S_ISLNK(mode) else "file"


def dos_time(seconds):
    """What a reader of the time of MS-DOS alone finds: even seconds from 1980 to 2107."""
    return min(max(seconds, 315532800), 4354819198) // 2 * 2


def of_python(path, _):
    rows = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            digest = hashlib.sha256()
            text = b""
            with archive.open(info) as contents:  # checks the checksum
                while piece := contents.read(1 << 20):
                    digest.update(piece)
                    text = text or piece[:65536]
            is_link = stat.S_ISLNK(mode)
            rows[info.filename.rstrip("/") if info.is_dir() else info.filename] = {
                "type": kind(mode), "mode": f"{mode & 0o7777:04o}", "size": 0 if is_link else info.file_size,
                "link": text.decode() if is_link else "",
                "dos": int(datetime(*info.date_time, tzinfo=timezone.utc).timestamp()),
                "sha256": digest.hexdigest() if stat.S_ISREG(mode) else ""}
    return rows


def of_go(path, listzip):
    rows = {}
    for line in output(listzip, path).splitlines():
        row = json.loads(line)
        rows[row.pop("path")] = row
    return rows


def of_bsdtar(path, _):
    # mtree escapes bytes as octal.
    def plain(text):
        text = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text.encode())
        return text.decode()
    rows = {}
    options = "--options=!all,type,mode,size,link,time,sha256"
    for line in output("bsdtar", "-cf", "-", "--format=mtree", options, f"@{path}").splitlines():
        if line.startswith("#"):
            continue
        words = line.split(" ")
        facts = dict(word.split("=", 1) for word in words[1:])
        row = {"type": {"link": "symlink"}.get(facts["type"], facts["type"]), "mode": f"{int(facts['mode'], 8):04o}",
               "mtime": int(float(facts["time"])), "link": plain(facts.get("link", ""))}
        if facts["type"] == "file":
            row["size"] = int(facts.get("size", 0))
            row["sha256"] = facts.get("sha256digest") or facts.get("sha256")
        rows[plain(words[0])] = row
    return rows


def of_7z(path, _):
    rows = {}
    for block in output("7z", "l", "-slt", "-sccUTF-8", path).split("----------\n")[-1].split("\n\n"):
        facts = dict(line.split(" = ", 1) for line in block.splitlines() if " = " in line)
        if not facts:
            continue
        text = facts["Attributes"].split(" ")[-1]
        types = {"d": "dir", "l": "symlink", "-": "file"}
        row = {"type": types[text[0]], "mode": f"{sum(1 << (9 - place) for place in range(1, 10) if text[place] != '-'):04o}"}
        if row["type"] == "file":
            row["size"] = int(facts["Size"])
        rows[facts["Path"]] = row
    return rows


def of_zipinfo(path, _):
    rows = {}
    for line in output("zipinfo", "-l", "--h-t", path).splitlines():
        found = re.match(r"([-dl])([-rwxsStT]{9})\s+\S+\s+unx\s+(\d+)\s+\S+\s+\d+\s+\S+\s+\S+\s+\S+ (.*)", line)
        if not found:
            continue
        types = {"d": "dir", "l": "symlink", "-": "file"}
        text = found[2]
        row = {"type": types[found[1]], "mode": f"{sum(1 << (8 - place) for place in range(9) if text[place] != '-'):04o}"}
        if row["type"] == "file":
            row["size"] = int(found[3])
        rows[found[4].rstrip("/") if row["type"] == "dir" else found[4]] = row
    return rows


READERS = {"Python": of_python, "Go": of_go, "bsdtar": of_bsdtar, "7z": of_7z, "zipinfo": of_zipinfo}


def path_of(name):
    """Readers leave out a "./" before a name, or keep it."""
    return name.removeprefix("./")


def compare(path, kpack, listzip):
    wanted = {path_of(name): row for name, row in kpack_rows(kpack, path).items()}
    if not wanted:
        return
    for reader, read in READERS.items():
        found = {path_of(name): row for name, row in read(path, listzip).items()}
        if set(found) != set(wanted):
            names = sorted(set(found) ^ set(wanted))[:5]
            sys.exit(f"FAILED: {path}: {reader} finds other names than kpack: {names}")
        for name, row in found.items():
            for key, value in row.items():
                # Beyond what the extended timestamp holds there is only the time of MS-DOS.
                right = dos_time(wanted[name]["mtime"]) if key == "dos" else wanted[name][key]
                if value != right:
                    sys.exit(f"FAILED: {path}: {name}: {key}: {value!r} by {reader}, {right!r} by kpack")


def main():
    kpack, listzip, *paths = sys.argv[1:]
    for path in paths:
        compare(path, kpack, listzip)


if __name__ == "__main__":
    main()
