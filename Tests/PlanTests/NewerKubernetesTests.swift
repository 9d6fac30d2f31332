// Today's Kubernetes as the built-in set has it: what every tarball holds, compared with what build/lib/release.sh of
// v1.31 copies into it.

@testable import Archive
@testable import Basics
import BuiltInLayouts
@testable import Image
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct NewerKubernetesTests {
  private let rules: Rules
  private let tree: TemporaryTree

  /// hack/lib/golang.sh: KUBE_CLIENT_BINARIES and so on.
  private static let client = ["kubectl", "kubectl-convert"]
  private static let node = ["kube-log-runner", "kube-proxy", "kubeadm", "kubelet"]
  private static let server = [
    "apiextensions-apiserver", "kube-aggregator", "kube-apiserver", "kube-controller-manager", "kube-log-runner",
    "kube-proxy", "kube-scheduler", "kubeadm", "kubelet", "mounter",
  ]
  private static let test = ["e2e.test", "ginkgo", "go-runner"]
  private static let serverTest = ["e2e_node.test", "ginkgo", "kubemark"]

  private static let platforms = ["linux/amd64", "linux/arm64", "windows/amd64", "darwin/arm64"]

  init() throws {
    rules = try Rules.builtIn(try #require(BuiltInSet.named("kubernetes-1.31")))
    tree = try TemporaryTree()
    for platform in Self.platforms {
      let suffix = platform.hasPrefix("windows") ? ".exe" : ""
      let all = Self.client + Self.node + Self.server + Self.test + Self.serverTest
      for name in Set(all) {
        let path = "_output/dockerized/bin/\(platform)/\(name)\(suffix)"
        try tree.write("1", to: path)
        try tree.change(path, mode: 0o755)
      }
    }
    let gce = [
      "abac-authz-policy.jsonl", "cloud-controller-manager.manifest", "cluster-autoscaler.manifest", "etcd.manifest",
      "glbc.manifest", "internal-x.yaml", "konnectivity-server.yaml", "kube-addon-manager.yaml",
      "kube-apiserver.manifest", "kube-controller-manager.manifest", "kube-proxy.manifest", "kube-scheduler.manifest",
      "other.manifest",
    ].map { "cluster/gce/manifests/\($0)" }
    let files = [
      "LICENSES/LICENSE", "LICENSES/vendor/x/LICENSE", "README.md", "docs/a.md", "hack/lib/init.sh", "hack/other.sh",
      "hack/e2e-internal/e2e.sh", "hack/get-build.sh", "hack/ginkgo-e2e.sh", "test/e2e/testing-manifests/a.yaml",
      "test/images/agnhost/Dockerfile", "test/kubemark/run.sh", "test/e2e/e2e.go", "cluster/kubectl.sh",
      "cluster/gce/gci/configure-helper.sh", "cluster/gce/gci/configure-kubeapiserver.sh",
      "cluster/gce/gci/health-monitor.sh", "cluster/addons/dns/dns.yaml", "cluster/addons/dns/dns.yaml~",
      "cluster/addons/dns/x.go", "cluster/addons/my-demo.yaml", "cluster/gce/addons/b/psp.yaml", ".gitignore",
      ".config/x", "_tmp/x",
    ]
    for path in files + gce { try tree.write("1", to: path) }
  }

  /// The files of each archive of these layouts, by its name, without the folder above all.
  private func files(_ layouts: String...) throws -> [String: [String]] {
    let options = tree.options {
      $0.version = "v1.31.1"
      $0.flags = ["git-clean": false]
      $0.platforms = Self.platforms.compactMap { Platform($0) }
    }
    let plan = try Planner.plan(rules, options, names: layouts)
    return Dictionary(
      uniqueKeysWithValues: plan.tarballs.map { tarball in
        let paths = plan.lines(of: tarball).filter { $0.hasPrefix("file") }.map { line in
          let path = String(line.split(separator: " ")[3])
          return path.hasPrefix("kubernetes/") ? String(path.dropFirst("kubernetes/".count)) : path
        }
        return (tarball.fileName, paths.sorted())
      })
  }

  private let licenses = ["LICENSES/LICENSE", "LICENSES/vendor/x/LICENSE"]

  @Test func `clients have the client binaries of their platform`() throws {
    let found = try files("client")
    let unix = Self.client.map { "client/bin/\($0)" }
    #expect(
      found == [
        "kubernetes-client-linux-amd64.tar.gz": unix, "kubernetes-client-linux-arm64.tar.gz": unix,
        "kubernetes-client-darwin-arm64.tar.gz": unix,
        "kubernetes-client-windows-amd64.tar.gz": ["client/bin/kubectl-convert.exe", "client/bin/kubectl.exe"],
      ])
  }

  @Test func `nodes have node and client binaries, the licenses and the sources`() throws {
    let found = try files("node")
    let names = ["kubernetes-node-linux-amd64.tar.gz", "kubernetes-node-linux-arm64.tar.gz"]
    let wanted = (Self.node + Self.client).map { "node/bin/\($0)" } + licenses + ["kubernetes-src.tar.gz"]
    for name in names { #expect(found[name] == wanted.sorted()) }
    let windows = (Self.node + Self.client).map { "node/bin/\($0).exe" } + licenses + ["kubernetes-src.tar.gz"]
    #expect(found["kubernetes-node-windows-amd64.tar.gz"] == windows.sorted())
    #expect(found.count == 4)
  }

  @Test func `tests have one archive for each platform, and a portable one`() throws {
    let found = try files("test", "test-portable")
    let all = Set(Self.test + Self.serverTest).map { "test/bin/\($0)" }.sorted()
    #expect(found["kubernetes-test-linux-amd64.tar.gz"] == all && found["kubernetes-test-linux-arm64.tar.gz"] == all)
    #expect(found["kubernetes-test-darwin-arm64.tar.gz"] == Self.test.map { "test/bin/\($0)" })
    #expect(found["kubernetes-test-windows-amd64.tar.gz"] == Self.test.map { "test/bin/\($0).exe" })
    #expect(
      found["kubernetes-test-portable.tar.gz"] == [
        "hack/e2e-internal/e2e.sh", "hack/get-build.sh", "hack/ginkgo-e2e.sh", "hack/lib/init.sh",
        "test/e2e/testing-manifests/a.yaml", "test/images/agnhost/Dockerfile", "test/kubemark/run.sh",
      ])
  }

  @Test func `the manifests are those of gce and of the addons, without demos`() throws {
    let manifests = [
      "abac-authz-policy.jsonl", "cloud-controller-manager.manifest", "cluster-autoscaler.manifest",
      "configure-kubeapiserver.sh", "dns/dns.yaml", "b/psp.yaml", "etcd.manifest", "gci-configure-helper.sh",
      "glbc.manifest", "health-monitor.sh", "internal-x.yaml", "konnectivity-server.yaml", "kube-addon-manager.yaml",
      "kube-apiserver.manifest", "kube-controller-manager.manifest", "kube-proxy.manifest", "kube-scheduler.manifest",
    ].map { "gci-trusty/\($0)" }
    #expect(try files("manifests") == ["kubernetes-manifests.tar.gz": manifests.sorted()])
  }

  @Test func `the final archive and the sources have what they had`() throws {
    let found = try files("final", "src")
    let final = try #require(found["kubernetes.tar.gz"])
    #expect(final.filter { $0.hasPrefix("cluster/") }.count == 21)
    let rest = [
      "README.md", "client/README", "docs/a.md", "hack/lib/init.sh", "server/README",
      "server/kubernetes-manifests.tar.gz", "version",
    ]
    #expect(final.filter { !$0.hasPrefix("cluster/") } == (rest + licenses).sorted())
    let sources = try #require(found["kubernetes-src.tar.gz"])
    #expect(sources.contains("hack/other.sh") && sources.contains("cluster/addons/dns/dns.yaml~"))
    #expect(!sources.contains { $0.hasPrefix(".") || $0.hasPrefix("_") })
  }

  @Test func `servers have their binaries, the clients' and the images`() throws {
    let options = tree.options {
      $0.isDry = true
      $0.version = "v1.31.1"
      $0.platforms = [Platform("linux/arm64")].compactMap { $0 }
    }
    let drafts = ReleaseDrafts(rules, options, WantedArtifacts(tarballs: ["server"]))
    #expect(drafts.said.mistakes == [])
    let server = try #require(drafts.tarballs.first { $0.fileName == "kubernetes-server-linux-arm64.tar.gz" })
    let names = (0..<server.entries.count).map { String(decoding: server.entries.name(at: $0), as: UTF8.self) }
    let images = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl"]
    let files = (Self.server + Self.client + images.flatMap { ["\($0).tar", "\($0).docker_tag"] }).map {
      "kubernetes/server/bin/\($0)"
    }
    // The licenses are a folder, which only a tree can tell.
    let all = files + ["", "addons/", "server/", "server/bin/"].map { "kubernetes/\($0)" }
    #expect(names == (all + ["kubernetes/kubernetes-src.tar.gz"]).sorted())
    let references = drafts.images.values.map { $0.reference.familiar }.sorted()
    #expect(references == images.map { "registry.k8s.io/\($0)-arm64:v1.31.1" })
  }
}
