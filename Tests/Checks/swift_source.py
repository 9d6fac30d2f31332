"""Swift source as the checks of the house need it: the code without comments and without what strings spell out, and
the types, extensions and package declarations in it, by line. No compiler: names are told by their words."""
import os
import re
from collections import namedtuple

# A name that stands for a type: declared at the top of a file, or within `outer`, "A.B" of the types around it.
Declared = namedtuple("Declared", "name outer line is_private kind")
# `extension A.B`: the words of the extended type and where it stands.
Extension = namedtuple("Extension", "names line")
# A declaration with the word package before it; `is_stored` of a property without a body on its line.
Package = namedtuple("Package", "kind name line is_stored has_doc")

INTERESTING = re.compile(r'//[^\n]*|/\*|#*"""|#*"|[()]')
MODIFIERS = (r"(?:(?:@\w+(?:\([^()\n]*\))?|public|package|internal|fileprivate|private|final|indirect|static|override|"
             r"nonisolated|mutating|nonmutating|consuming|borrowing|convenience|required|lazy|weak|unowned)"
             r"(?:\((?:set|unsafe)\))?\s+)*")
TOKEN = re.compile(
    rf"(?P<open>\{{)|(?P<close>\}})|(?<![.\w`])(?P<modifiers>{MODIFIERS})"
    r"(?:(?P<kind>struct|class|enum|protocol|actor|typealias|associatedtype)\s+"
    r"(?!func\b|var\b|let\b|subscript\b|init\b)`?(?P<name>[A-Za-z_]\w*)|"
    r"extension\s+(?P<extended>(?:any\s+)?[A-Za-z_]\w*(?:\.\w+)*))")
IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^()\n]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?([A-Za-z_]\w*)", re.M)
PACKAGE = re.compile(
    rf"^[ \t]*(?=[^\n]*?\bpackage\b){MODIFIERS}"
    r"(?P<kind>struct|class(?!\s+func|\s+var)|enum|protocol|actor|typealias|func|let|var|init|subscript|"
    r"(?:class\s+)(?:func|var))\b\s*(?P<name>`?\w+`?|[^\s\w(]+)?(?P<rest>[^\n]*)", re.M)


def code_of(text):
    """The code of `text`, of the same length and lines: comments and the text of strings are blanks, what strings
    interpolate is kept."""
    blank = bytearray(len(text))  # 1 where a character goes

    def code(place, is_interpolation):
        """Goes on in code; the place after its end."""
        depth = 0
        while match := INTERESTING.search(text, place):
            token, place = match[0], match.end()
            if token == "(":
                depth += 1
            elif token == ")":
                if is_interpolation and depth == 0:
                    return place
                depth -= 1
            elif token.startswith("//"):
                blank[match.start():place] = b"\1" * len(token)
            elif token == "/*":
                place = comment(match.start())
            else:
                place = string(match.start(), token)
        return len(text)

    def comment(start):
        depth, place = 1, start + 2
        while depth and (match := re.compile(r"/\*|\*/").search(text, place)):
            depth += 1 if match[0] == "/*" else -1
            place = match.end()
        place = len(text) if depth else place
        blank[start:place] = b"\1" * (place - start)
        return place

    def string(start, opening):
        hashes = opening.rstrip('"')
        quotes = opening[len(hashes):]
        ends = r"|\n" if quotes == '"' else ""
        inside = re.compile(rf"\\{hashes}\(|\\{hashes}.|{quotes}{hashes}{ends}", re.S)
        place = start + len(opening)
        while match := inside.search(text, place):
            blank[place:match.end()] = b"\1" * (match.end() - place)
            place = match.end()
            if match[0].endswith("(") and match[0].startswith("\\"):
                place = code(place, True)
                blank[place - 1] = 1
            elif not match[0].startswith("\\"):
                return place
        blank[place:] = b"\1" * (len(text) - place)
        return len(text)

    code(0, False)
    return "".join(" " if gone and c != "\n" else c for c, gone in zip(text, blank))


class Source:
    """One file."""

    def __init__(self, path, text):
        self.path = path
        self.lines = text.count("\n")
        self.text = text
        self.code = code_of(text)
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.imports = [(m[1], self.line(m.start(1))) for m in IMPORT.finditer(self.code)]
        self.declared, self.extensions = [], []
        self._find_types()

    def line(self, place):
        """The number of the line of a place in the text, from 1."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= place else (low, middle)
        return low + 1

    def _find_types(self):
        stack, pending = [], None  # names of the bodies that are open: a type's, or None
        for token in TOKEN.finditer(self.code):
            if token["open"]:
                stack.append(pending)
                pending = None
            elif token["close"]:
                if stack:
                    stack.pop()
            elif token["extended"]:
                pending = token["extended"].split()[-1]
                self.extensions.append(Extension(pending.split("."), self.line(token.start("extended"))))
            else:
                outer = ".".join(name for name in stack if name)
                is_local = any(name is None for name in stack)
                if token["kind"] != "associatedtype" and not is_local:
                    is_private = re.search(r"\b(private|fileprivate)\b(?!\()", token["modifiers"]) is not None
                    line = self.line(token.start("name"))
                    self.declared.append(Declared(token["name"], outer, line, is_private, token["kind"]))
                if token["kind"] not in ("typealias", "associatedtype"):
                    pending = token["name"]

    def package_declarations(self):
        """What says package, but for imports."""
        for match in PACKAGE.finditer(self.code):
            head = match[0][:match.start("kind") - match.start()]
            if not re.search(r"\bpackage\b(?!\()", head):
                continue
            kind = match["kind"].split()[-1]
            name = (match["name"] or "").strip("`")
            is_stored = kind == "let" or kind == "var" and "{" not in match["rest"]
            line = self.line(match.start("kind"))
            yield Package(kind, name, line, is_stored, self.has_doc(line))

    def has_doc(self, line):
        """Whether a doc comment stands before the declaration on `line`; attributes may stand between."""
        lines = self.text.split("\n")
        above = line - 2
        while above >= 0 and lines[above].strip().startswith(("@", "//swift-format", "// swift-format")):
            above -= 1
        return above >= 0 and (lines[above].strip().startswith("///") or lines[above].strip().endswith("*/"))


def sources(root, folder):
    """Every Swift file below `root`/`folder`, sorted by path; paths begin with `folder`."""
    found = []
    for place, folders, names in os.walk(os.path.join(root, folder)):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".swift"):
                path = os.path.join(place, name)
                with open(path, encoding="utf-8") as file:
                    found.append(Source(os.path.relpath(path, root), file.read()))
    return sorted(found, key=lambda source: source.path)
