#!/usr/bin/env python3
"""imports.py [ROOT]: whether each file imports what Package.swift declares for its target, and nothing else.

A build also finds the modules that a dependency depends on, so a missing declaration is not told by it. Told here, as
FILE:LINE: MESSAGE:
- an import of a module that is neither declared as a dependency nor one of Swift's own;
- a declared dependency that no file of the target imports (a test target may depend on a program to have it built);
- a dependency on a target that stands further below in Package.swift: the targets are floors, and each may use only
  those before it.
Prints the floors. Exit code 0, 1 with findings, 2 for wrong usage or a package that cannot be read.

imports.py --self-test shows on small trees that each of these is found."""
import json
import os
import re
import subprocess
import sys
import tempfile

import swift_source

# What comes with Swift on this system.
STANDARD = {
    "Swift", "Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Testing", "PackageDescription",
    "_Concurrency", "_StringProcessing", "RegexBuilder", "Dispatch", "PackagePlugin",
}


def read_package(root):
    """Package.swift as SwiftPM understands it."""
    command = [os.environ.get("SWIFT", "swift"), "package", "--package-path", root, "dump-package"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(2)
    return json.loads(done.stdout)


def folder(target):
    """Where the files of a target stand."""
    return target.get("path") or ("Tests/" if target["type"] == "test" else "Sources/") + target["name"]


def dependencies(target):
    """The names of the targets that one depends on."""
    ways = [way.get("byName") or way.get("target") for way in target["dependencies"]]
    return [way[0] for way in ways if way]


def check(root, package):
    """The lines that show the floors, and the findings."""
    targets = package["targets"]
    kinds = {target["name"]: target["type"] for target in targets}
    order = list(kinds)
    with open(os.path.join(root, "Package.swift"), encoding="utf-8") as file:
        manifest = file.read()

    def declared_at(name):
        # Where it is named first: a target stands before those that use it. The manifest may have a function that makes
        # XTests of "X".
        place = manifest.find(f'"{name}"')
        if place < 0 and (made := re.search(rf'tests\([^"\n]*"{name.removesuffix("Tests")}"', manifest)):
            place = made.start()
        return f"Package.swift:{manifest.count(chr(10), 0, max(place, 0)) + 1}"

    floors, findings = [], []
    width = max(map(len, order))
    for index, target in enumerate(targets):
        name, wanted = target["name"], dependencies(target)
        if target["type"] == "system":
            floors.append(f"{name:{width}}  (a C library)")
            continue
        floors.append(f"{name:{width}}  {' '.join(wanted)}".rstrip())
        for other in wanted:
            if other not in kinds:
                findings.append(f"{declared_at(name)}: {name} depends on {other}, which is no target here")
            elif order.index(other) >= index:
                findings.append(f"{declared_at(name)}: {name} depends on {other}, which does not stand before it")
        files = swift_source.sources(root, folder(target))
        if not files:
            findings.append(f"{declared_at(name)}: {name} has no file in {folder(target)}")
        imported = set()
        for file in files:
            for module, line in file.imports:
                imported.add(module)
                if module in wanted or module in STANDARD:
                    continue
                is_ours = module in kinds
                what = f"a target that {name} does not depend on" if is_ours else "no target and no module of Swift"
                findings.append(f"{file.path}:{line}: imports {module}, {what}")
        for other in wanted:
            is_program = target["type"] in ("test", "plugin") and kinds.get(other) == "executable"
            if other not in imported and not is_program and files:
                at = declared_at(name)
                findings.append(f"{at}: {name} depends on {other}, which no file in {folder(target)} imports")
    return floors, findings


def self_test():
    """Plants each fault in a small tree and looks for just that finding."""

    def target(name, *wanted, kind="regular"):
        return {"name": name, "type": kind, "dependencies": [{"byName": [other, None]} for other in wanted]}

    clean = [target("CLib", kind="system"), target("Base", "CLib"), target("Top", "Base"),
             target("tool", "Top", kind="executable"), target("ToolTests", "tool", "Top", kind="test")]
    files = {
        "Sources/Base/Base.swift": "private import CLib\nimport Glibc\n",
        "Sources/Top/Top.swift":
            '// import Nowhere\npackage import struct Base.Thing\nlet text = """\n  import Nowhere\n  """\n',
        "Sources/Top/Empty.swift": "",
        "Sources/tool/Main.swift": "import Foundation\nimport Top\n",
        "Tests/ToolTests/ToolTests.swift": "import Testing\n\n@testable import Top\n",
    }
    manifest = "".join(f'"{each["name"]}"\n' for each in clean)
    cases = [
        ("a clean tree", {}, clean, []),
        ("a dependency's dependency", {"Sources/tool/Main.swift": "import Top\nimport Base\n"}, clean,
         ["Sources/tool/Main.swift:2: imports Base, a target that tool does not depend on"]),
        ("a C library that is not declared", {"Sources/Top/Empty.swift": "\nimport CLib\n"}, clean,
         ["Sources/Top/Empty.swift:2: imports CLib, a target that Top does not depend on"]),
        ("an unknown module", {"Tests/ToolTests/ToolTests.swift": "import Top\nimport XCTest\n"}, clean,
         ["Tests/ToolTests/ToolTests.swift:2: imports XCTest, no target and no module of Swift"]),
        ("a dependency that is not imported", {"Sources/Top/Top.swift": "import Glibc\n"}, clean,
         ["Package.swift:3: Top depends on Base, which no file in Sources/Top imports"]),
        ("a floor on one above", {"Sources/Base/Base.swift": "import CLib\nimport Top\n"},
         [clean[0], target("Base", "CLib", "Top"), *clean[2:]],
         ["Package.swift:2: Base depends on Top, which does not stand before it"]),
        ("a target without files", {}, clean + [target("New")], ["Package.swift:1: New has no file in Sources/New"]),
    ]
    for name, changes, targets, wanted in cases:
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**files, **changes, "Package.swift": manifest}.items():
                place = os.path.join(root, path)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "w", encoding="utf-8") as file:
                    file.write(text)
            found = check(root, {"targets": targets})[1]
            if found != wanted:
                sys.exit(f"imports.py --self-test: {name}: expected {wanted}, found {found}")
    print(f"imports.py --self-test: {len(cases)} trees judged as they should be")


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if arguments in (["-h"], ["--help"]):
        return print(__doc__)
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    root = arguments[0] if arguments else "."
    floors, findings = check(root, read_package(root))
    print("\n".join(floors + [""] + findings + [f"imports: {len(findings)} findings"]))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
