// make install and make uninstall: what they put where, and that nothing of it stays.

import Foundation
import Testing

@Suite(.enabled(if: Program.isThere("make"))) struct InstallTests {
  @Test func `what is installed stands where systems look for it, and goes again`() throws {
    let box = try Sandbox()
    let tree = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
      .standardizedFileURL.path
    // With a umask that keeps others out: what is installed is for all.
    let make = "umask 077; make -s -C \"$1\" \"$2\" DESTDIR=\"$PWD/root\" PREFIX=/usr BINARY=\"$3\""
    try box.sh(make, tree, "install", Program.kpack)
    let pages = try FileManager.default.contentsOfDirectory(atPath: "\(tree)/docs/man").map {
      "644 share/man/man1/\($0)"
    }
    let files = try box.sh("cd root/usr && find . -type f -printf '%m %P\\n'").split(separator: "\n").map { String($0) }
    let others = [
      "755 bin/kpack", "644 share/bash-completion/completions/kpack", "644 share/doc/kpack/LICENSE",
      "644 share/doc/kpack/README.md", "644 share/fish/vendor_completions.d/kpack.fish",
      "644 share/zsh/site-functions/_kpack",
    ]
    #expect(Set(files) == Set(pages + others) && pages.contains("644 share/man/man1/kpack-tarballs.1"))
    #expect(try box.sh("root/usr/bin/kpack --version") == box.kpack("--version").output)
    for (shell, path) in [
      ("bash", "bash-completion/completions/kpack"), ("zsh", "zsh/site-functions/_kpack"),
      ("fish", "fish/vendor_completions.d/kpack.fish"),
    ] {
      #expect(try box.sh("cat root/usr/share/\(path)") == box.kpack("completions", shell).output)
    }
    try box.sh(make, tree, "uninstall", Program.kpack)
    #expect(try box.sh("find root ! -type d; ls -A root/usr/share/doc") == "")
  }
}
