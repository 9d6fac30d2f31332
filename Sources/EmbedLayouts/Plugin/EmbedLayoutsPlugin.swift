// Finds the built-in sets: every folder of the target's is a set, and every .json file in it is one of its files. Has
// EmbedLayouts make Swift source of them before the target is compiled.

import Foundation
import PackagePlugin

/// Runs the tool for the target of the built-in layouts.
@main
struct EmbedLayoutsPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let layouts = try json(in: target.directoryURL)
    let sets = try contents(of: target.directoryURL).filter(\.hasDirectoryPath).flatMap(json)
    let output = context.pluginWorkDirectoryURL.appending(path: "BuiltInSets.swift")
    return [
      .buildCommand(
        displayName: "Embedding layouts", executable: try context.tool(named: "EmbedLayouts").url,
        arguments: ([output] + sets).map { $0.path(percentEncoded: false) },
        // The schema too, which stands beside the sets and which links in them lead to.
        inputFiles: layouts + sets, outputFiles: [output])
    ]
  }

  private func json(in folder: URL) throws -> [URL] { try contents(of: folder).filter { $0.pathExtension == "json" } }

  /// What is in a folder, sorted by name.
  private func contents(of folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles
    )
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
