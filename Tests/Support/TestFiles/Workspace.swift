// SPDX-License-Identifier: MIT
import Foundation

/// A folder of a test's own, removed at its end.
public final class Workspace {
    public let path = NSTemporaryDirectory() + "apus-test-" + UUID().uuidString

    public init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a name in it.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file, and the folders on the way to it.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try makeFolder(of: name)
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    /// Makes a symbolic link, and the folders on the way to it.
    public func link(_ name: String, to target: String) throws {
        try makeFolder(of: name)
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }

    private func makeFolder(of name: String) throws {
        let folder = URL(fileURLWithPath: file(name)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// A file as text; nil where there is none.
    public func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

    /// A file's bytes.
    public func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    /// What is in the folder itself.
    public var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
