// SPDX-License-Identifier: MIT
import Foundation

/// A folder of a test's own, removed at its end.
final class Workspace {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "apus-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
