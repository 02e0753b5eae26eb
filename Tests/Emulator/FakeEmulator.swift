// SPDX-License-Identifier: MIT
import Foundation

/// A shell script that stands in for the emulator, in a folder of its own that goes with it.
final class FakeEmulator {
    let folder: String

    init(_ script: String) throws {
        folder = NSTemporaryDirectory() + "apus-fake-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var path: String { folder + "/emulator" }

    /// Whether the process whose number the script wrote to the file `pid` is still there.
    var isAlive: Bool {
        get throws {
            let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
            let status = "/proc/\(text.trimmingCharacters(in: .whitespacesAndNewlines))/stat"
            // A killed process may stay for a moment as a zombie (state Z) until its parent has asked for it.
            guard let line = try? String(contentsOfFile: status, encoding: .utf8) else { return false }
            return !line.contains(") Z ")
        }
    }
}
