// A short guide to layouts: with the example before it, enough to package a project of one's own.

import Plan

/// The part of --help that explains layouts.
enum LayoutGuide {
  static let text = """
    Verbs, one an entry, and what `to` is for them:
    \(Planner.verbGuide)
    A `to` that is a folder may be left out: the archive's root.
    Options of an entry: include, exclude, optional, overlay (may replace what an earlier entry put there), mode
    ("0755"), owner ("UID:GID"), capabilities (of files in images, as setcap takes them: ["cap_net_raw=ep"]), from (in
    images: a base whose file or tree it is), unchecked (true: files for other machines are no mistake, nor are
    programs that an image cannot run), commitId (of git: true has the archive begin with the commit's name), rename
    (of binaries: "{binary}-{os}", or { "old": "new" }), flatten (of tree: true puts all files into one folder),
    platforms (a list, ["linux/*"] or ["!windows/*"]; it expands the entry in a tarball without platforms and is a
    condition in one with), when ("FLAG" or "!FLAG").
    No tree takes in .git, unless an include names it. paths takes patterns such as "man/*.1" and "LICENSE*".
    Patterns: without "/" for the base name of a file or symlink; with "/" for the path below the tree; ending in
    "/" for a folder and all below it. `*` stops at "/", `**` does not; `?`, `[a-z]` and `\\` as in a shell.
    Variables: {name} {version} {semver} {commit} {shortCommit} {date} {env.NAME} {os} {arch} {variant} {osName} {archName}
    {registry} {tag} {releaseRegistry} {releaseTag}; `{{` is a brace. A text with variables may be one by platform:
    { "windows/*": "a.zip", "linux/arm/v6": "b.tgz", "*": "a.tar.gz" }.
    A tarball's file may also have platforms, when, names and archive. archive: root ("." for names like ./x, "" for
    none), owner ("0:0" or "source"), exclude (base names left out everywhere), mode ("normal": 0755 for folders and
    executables, 0644 for the rest; an octal mask, or "source"), mtime, level. The end of a tarball's name is its
    format: .tar.gz or .tgz, .tar or .zip. release.json may also have fast (platforms of a fast run), fastWith (more of
    them, [{ "variable": "VAR", "prefix": "darwin", "platforms": { "LIST": ["darwin/amd64"] } }]), override ("intersect"
    or "replace": what --platform does) and flags ({ "F": { "env": "VAR", "default": "n" } }), binaryPath
    ("{os}/{arch}{variant}/{binary}"), names ({ "os": { "darwin": "macOS" } } for {osName}, "arch" for {archName}),
    environment (["NAME"] for {env.NAME}), sets ({ "docs": [ENTRIES] }, for entries with set) and extends (a built-in set or
    a folder, from which the set differs by what it says itself); a platform list may be "present": those in the folder of binaries.
    `kpack layouts export DIR` writes out the built-in layouts, those of Kubernetes v1.7, with a JSON Schema that
    explains every key; `kpack layouts check DIR` tells every mistake of yours.

    """
}
