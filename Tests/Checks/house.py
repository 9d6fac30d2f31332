#!/usr/bin/env python3
"""house.py [ROOT] [--strict]: whether the folders and files below ROOT/Sources are what the rules of the house say.

Told as FILE:LINE: MESSAGE, by the names of types that each file declares and uses:
- folders that use one another in a circle, and files of different folders that do;
- a target with 25 % or more of all lines;
- a type in two halves: an extension in another file than the type's own, of the same target. `X+Y.swift` is for
  types of other targets; what is allowed nonetheless stands in ALLOWED_HALVES, each with the reason;
- a type, or a package function, subscript or computed property, without a doc comment (--strict: a package
  initializer or stored property too).
Prints the size of each target. Exit code 0, 1 with findings, 2 for wrong usage.

house.py --self-test shows on small trees that each of these is found."""
import collections
import itertools
import os
import re
import sys
import tempfile

import swift_source

# The most that one target may have of all lines, in percent, not included.
LARGEST = 25
# "FILE: Type" that may extend a type of its own target, and why.
ALLOWED_HALVES = {
    "Sources/Plan/Verbs/SingleFile.swift: Draft": "what several verbs add, which the draft knows nothing of",
    "Sources/Plan/Verbs/SourceTree.swift: Draft": "what several verbs add, which the draft knows nothing of",
    "Sources/Plan/Verbs/SourceTree.swift: RulePlace": "what a rule takes of a tree, which only verbs of trees ask for",
}
# What the protocols of the standard library ask for says what it is by its name.
NAMED_BY_PROTOCOLS = {"description", "debugDescription", "==", "<", "hash", "encode", "makeIterator", "next"}

WORD = re.compile(r"(?:(?<![\w.`])|\b([A-Z]\w*)\.)([A-Z]\w*)\b")


def target_of(path):
    return path.split("/")[1]


def uses(files):
    """Which names each file uses of which other: {(user, used): (name, line)}, the first of each."""
    targets = {target_of(file.path) for file in files}
    homes = collections.defaultdict(list)  # a name to the files that declare it at their top
    nested = collections.defaultdict(set)  # a name to the types that it is declared in, with their targets
    for file in files:
        for declared in file.declared:
            if declared.outer:
                nested[declared.name].add((target_of(file.path), declared.outer.split(".")[0]))
            else:
                homes[declared.name].append((file.path, declared.is_private))
    found = {}
    for file in files:
        own = target_of(file.path)
        modules = {own} | {module for module, _ in file.imports}
        around = {d.name for d in file.declared} | {each.names[0] for each in file.extensions}
        for match in WORD.finditer(file.code):
            module, name = match[1], match[2]
            if module and module not in targets or name not in homes:
                continue
            # What a type of this file, or one that it extends, has within comes before what stands at the top.
            if any(target in modules and outer in around for target, outer in nested[name]):
                continue
            seen = [path for path, is_private in homes[name] if path == file.path or not is_private]
            near = [path for path in seen if target_of(path) == (module or own)]
            far = [path for path in seen if target_of(path) in modules]
            home = file.path if file.path in seen else (near or far or [None])[0]
            if home and home != file.path:
                found.setdefault((file.path, home), (name, file.line(match.start(2))))
    return found


def circles(edges):
    """A shortest circle of each group that has one: [a, b, ..., a]."""
    after = collections.defaultdict(list)
    for start, end in sorted(edges):
        after[start].append(end)
    found, done = [], set()
    for start in sorted(after):
        if start in done:
            continue
        before, queue = {start: None}, collections.deque([start])
        while queue:
            place = queue.popleft()
            if start in after[place]:
                circle = [start]
                while place is not None:
                    circle.append(place)
                    place = before[place]
                found.append(circle[::-1])
                done.update(circle)
                break
            for following in after[place]:
                if following not in before:
                    before[following] = place
                    queue.append(following)
    return found


def check_circles(files):
    """The circles of folders, and of files of different folders."""
    used = uses(files)
    between = {}  # the first use of one folder by another
    for (user, home), (name, line) in sorted(used.items()):
        pair = (os.path.dirname(user), os.path.dirname(home))
        if pair[0] != pair[1]:
            between.setdefault(pair, (user, line, name, home))
    findings = []
    for circle in circles(between):
        ways = [between[pair] for pair in zip(circle, circle[1:])]
        told = "; ".join(f"{user}:{line} uses {name} of {home}" for user, line, name, home in ways)
        findings.append(f"{ways[0][0]}:{ways[0][1]}: a circle of folders {' -> '.join(circle)}: {told}")
    for circle in circles(used):
        if len({os.path.dirname(path) for path in circle}) == 1:
            continue
        names = ", ".join(used[pair][0] for pair in zip(circle, circle[1:]))
        line = used[circle[0], circle[1]][1]
        findings.append(f"{circle[0]}:{line}: a circle of files {' -> '.join(circle)} by {names}")
    return findings


def sizes(files):
    """The number of files and lines of each target, the largest first."""
    counted = collections.Counter()
    for file in files:
        counted[target_of(file.path)] += file.lines
    numbers = collections.Counter(target_of(file.path) for file in files)
    return [(name, numbers[name], lines) for name, lines in counted.most_common()]


def check_sizes(files):
    targets = sizes(files)
    whole = sum(lines for _, _, lines in targets) or 1
    return [
        f"Sources/{name}:1: {100 * lines / whole:.1f} % of all lines; a target has less than {LARGEST} %"
        for name, _, lines in targets if 100 * lines >= LARGEST * whole
    ]


MEMBER = re.compile(r"^  ((?:@\w+(?:\([^)]*\))?\s+|\w+(?:\(set\))?\s+)*)(?:func|var|let|subscript|init\b)", re.M)


def is_helper(file, extension):
    """Whether all members of an extension are private: words of the file's own about a type, and no half of it."""
    lines = file.code.split("\n")[extension.line - 1:]
    body = "\n".join(itertools.takewhile(lambda line: line != "}", lines[1:]))
    members = [each[1].split() for each in MEMBER.finditer(body)]
    return bool(members) and ":" not in lines[0] and all({"private", "fileprivate"} & set(each) for each in members)


def check_halves(files, allowed):
    """Extensions of types of their own target, and names of files that promise one of another's."""
    homes = {}
    for file in files:
        for declared in file.declared:
            if not declared.outer and not declared.is_private:
                homes[target_of(file.path), declared.name] = f"{file.path}:{declared.line}"
    findings, met = [], set()
    for file in files:
        for extension in file.extensions:
            home = homes.get((target_of(file.path), extension.names[0]))
            name = ".".join(extension.names)
            if home is None or home.startswith(f"{file.path}:") or is_helper(file, extension):
                continue
            if f"{file.path}: {name}" in allowed:
                met.add(f"{file.path}: {name}")
            else:
                at = f"{file.path}:{extension.line}"
                findings.append(f"{at}: extends {name}, which its own target declares at {home}")
        named = os.path.basename(file.path).removesuffix(".swift").split("+")
        if len(named) > 1 and not any(named[0] in (each.names[0], each.names[-1]) for each in file.extensions):
            findings.append(f"{file.path}:1: is named for an extension of {named[0]} and has none")
    findings += [f"{key.split(': ')[0]}:1: ALLOWED_HALVES has {key.split(': ')[1]}, which it does not extend"
                 for key in sorted(set(allowed) - met)]
    return findings


def promised(files):
    """The names that protocols declare: what they are for is said there."""
    names = set()
    for file in files:
        for protocol in re.finditer(r"^(?:package )?protocol \w+[^{]*\{\n((?:(?!\}).*\n)*)", file.code, re.M):
            names |= set(re.findall(r"(?:func|var) (\w+)", protocol[1]))
    return names


def check_docs(files, is_strict):
    findings = []
    named = NAMED_BY_PROTOCOLS | promised(files)
    for file in files:
        wanted = {}
        for declared in file.declared:
            if not declared.is_private and not file.has_doc(declared.line):
                wanted[declared.line] = f"{declared.kind} {declared.name}"
        for each in file.package_declarations():
            is_plain = each.is_stored or each.kind == "init"
            if not each.has_doc and each.name not in named and (is_strict or not is_plain):
                name = "" if each.kind in ("init", "subscript") else f" {each.name}"
                wanted[each.line] = each.kind + name
        findings += [f"{file.path}:{line}: {what} has no doc comment" for line, what in sorted(wanted.items())]
    return findings


def check(root, is_strict=False, allowed=None):
    """The files, and what is told of them."""
    files = swift_source.sources(root, "Sources")
    findings = check_circles(files) + check_sizes(files)
    findings += check_halves(files, ALLOWED_HALVES if allowed is None else allowed) + check_docs(files, is_strict)
    return files, findings


def self_test():
    """Plants each fault in a small tree and looks for just that finding."""
    filler = {f"Sources/T{n}/T{n}.swift": f"/// D.\nstruct T{n} {{}}\n" + "\n" * 96 for n in range(5)}
    files = {
        **filler,
        "Sources/A/One/A1.swift":
            'import B\n\n/// D.\nstruct A1 {\n  // A2\n  let b: B1\n  let text = "A2 \\(b)"\n}\n',
        "Sources/A/Two/A2.swift": "/// D.\npackage struct A2 {\n  let one: A1\n  private struct Inner {}\n}\n",
        "Sources/B/B1.swift":
            "/// D.\n@frozen\npackage struct B1 {\n  package let x: Int\n  package init() { x = 1 }\n}\n",
        "Sources/A/One/B1+Sum.swift": "import B\n\nextension B1 {\n  /// D.\n  var sum: Int { x }\n}\n",
    }
    cases = [
        ("a clean tree", {}, {}, []),
        ("a circle of folders", {"Sources/A/One/A3.swift": "/// D.\nstruct A3 {\n  let two: A2\n}\n"}, {},
         ["Sources/A/One/A3.swift:3: a circle of folders Sources/A/One -> Sources/A/Two -> Sources/A/One: "
          "Sources/A/One/A3.swift:3 uses A2 of Sources/A/Two/A2.swift; Sources/A/Two/A2.swift:3 uses A1 of "
          "Sources/A/One/A1.swift"]),
        ("a circle of files", {"Sources/A/One/A1.swift": '/// D.\nstruct A1 {\n  let text = "\\(A2())"\n}\n'}, {},
         ["Sources/A/One/A1.swift:3: a circle of folders Sources/A/One -> Sources/A/Two -> Sources/A/One: "
          "Sources/A/One/A1.swift:3 uses A2 of Sources/A/Two/A2.swift; Sources/A/Two/A2.swift:3 uses A1 of "
          "Sources/A/One/A1.swift",
          "Sources/A/One/A1.swift:3: a circle of files Sources/A/One/A1.swift -> Sources/A/Two/A2.swift -> "
          "Sources/A/One/A1.swift by A2, A1"]),
        ("a name of another target that is not imported",
         {"Sources/B/B2.swift": "/// D.\nstruct B2 { let a: A2 }\n"}, {}, []),
        ("a name that a type of the file has within",
         {"Sources/A/One/A3.swift": "/// D.\nstruct A3 {\n  /// D.\n  enum A2 {}\n  let two: A2\n}\n"}, {}, []),
        ("a large target", {"Sources/T0/More.swift": "\n" * 200}, {},
         ["Sources/T0:1: 41.7 % of all lines; a target has less than 25 %"]),
        ("a type in two halves", {"Sources/A/Two/A2+Half.swift": "extension A2: Sendable {}\n"}, {},
         ["Sources/A/Two/A2+Half.swift:1: extends A2, which its own target declares at Sources/A/Two/A2.swift:2"]),
        ("private words about a type", {"Sources/A/Two/A5.swift": "extension A1 {\n  fileprivate var b2: Int { 1 }\n}\n"},
         {}, []),
        ("private words and another", {
            "Sources/A/Two/A5.swift": "extension A2 {\n  private var b2: Int { 1 }\n  var b3: Int { 1 }\n}\n"}, {},
         ["Sources/A/Two/A5.swift:1: extends A2, which its own target declares at Sources/A/Two/A2.swift:2"]),
        ("halves that are allowed", {"Sources/A/Two/A2+Half.swift": "extension A2: Sendable {}\n"},
         {"Sources/A/Two/A2+Half.swift: A2": "for the test"}, []),
        ("halves that are allowed and not there", {}, {"Sources/A/Two/A2.swift: A1": "for the test"},
         ["Sources/A/Two/A2.swift:1: ALLOWED_HALVES has A1, which it does not extend"]),
        ("a name that promises an extension", {"Sources/A/One/B1+Sum.swift": "import B\n"}, {},
         ["Sources/A/One/B1+Sum.swift:1: is named for an extension of B1 and has none"]),
        ("a type without a doc comment", {"Sources/A/Two/A4.swift": "struct A4 {\n  enum Kind { case a }\n}\n"}, {},
         ["Sources/A/Two/A4.swift:1: struct A4 has no doc comment",
          "Sources/A/Two/A4.swift:2: enum Kind has no doc comment"]),
        ("what a protocol promises", {
            "Sources/B/B2.swift": "/// D.\npackage protocol P {\n  /// D.\n  func g()\n}\n",
            "Sources/A/Two/A4.swift": "/// D.\nstruct A4: P {\n  package func g() {}\n}\n"}, {}, []),
        ("a package function without a doc comment",
         {"Sources/A/Two/A4.swift":
          "/// D.\n@Sendable package func f() {}\n\nextension Int {\n  package static func g() {}\n"
          "  package var description: Int { 1 }\n  private func h() {}\n  package private(set) var y: Int { 1 }\n}\n"},
         {},
         ["Sources/A/Two/A4.swift:5: func g has no doc comment", "Sources/A/Two/A4.swift:8: var y has no doc comment"]),
    ]
    for name, changes, allowed, wanted in cases:
        found = check_tree({**files, **changes}, allowed)
        if found != wanted:
            sys.exit(f"house.py --self-test: {name}: expected {wanted}, found {found}")
    strict = check_tree(files, {}, is_strict=True)
    if strict != [f"Sources/B/B1.swift:{what} has no doc comment" for what in ("4: let x", "5: init")]:
        sys.exit(f"house.py --self-test: --strict: found {strict}")
    # What comments and strings hold is no code, but what strings interpolate is.
    texts = [('a /* b /* c */ d */ e', "ae"), ('"x" y', '"y'), ('#"\\(a) "b" \\#(c)"# d', '#"cd'),
             ('"a\\"b" c', '"c'), ('"""\n a "b" \\(c("d")) e\n """ f', '"""c("f'),
             ('"\\(a ? "b" : "c") d" e', '"a?":"e'), ("a // b\nc", "ac")]
    for text, wanted in texts:
        code = re.sub(r"\s", "", swift_source.code_of(text))
        if not all(letter in code for letter in wanted) or any(c.isalpha() and c not in wanted for c in code):
            sys.exit(f"house.py --self-test: {text!r}: expected the letters of {wanted!r}, found {code!r}")
    print(f"house.py --self-test: {len(cases) + 1} trees and {len(texts)} texts judged as they should be")


def check_tree(files, allowed, is_strict=False):
    """The findings of a tree of `files`, texts by path."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            place = os.path.join(root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
        return check(root, is_strict, allowed)[1]


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if arguments in (["-h"], ["--help"]):
        return print(__doc__)
    folders = [argument for argument in arguments if argument != "--strict"]
    if len(folders) > 1 or any(folder.startswith("-") for folder in folders):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    files, findings = check(folders[0] if folders else ".", "--strict" in arguments)
    if not files:
        print("house.py: no Swift file stands below Sources", file=sys.stderr)
        sys.exit(2)
    whole = sum(file.lines for file in files)
    for name, number, lines in sizes(files):
        print(f"{name}: {number} files, {lines} lines, {100 * lines / whole:.1f} %")
    print("\n".join(["", *findings, f"house: {len(findings)} findings"]))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
