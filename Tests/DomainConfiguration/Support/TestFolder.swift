// SPDX-License-Identifier: MIT

import DomainConfiguration
import Foundation

/// A folder with a kernel and a ramdisk in it, which vanishes with the test.
final class TestFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path + "/below", withIntermediateDirectories: true)
        for name in ["vmlinux", "initrd.gz"] { try write(Array("content".utf8), to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// Loads a configuration with the text `text` from this folder.
    func load(_ text: String) throws -> LoadedConfiguration {
        try load(Array(text.utf8))
    }

    /// Loads a configuration that consists of `bytes` from this folder.
    func load(_ bytes: [UInt8]) throws -> LoadedConfiguration {
        try write(bytes, to: "guest.cfg")
        return try DomainConfiguration.load(path: "guest.cfg", directory: path)
    }

    /// The message with which the configuration `text` is refused; nil where it is accepted.
    func message(_ text: String) -> String? {
        do {
            _ = try load(text)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// The smallest configuration that draws no warning, and whatever a test adds to it.
func minimal(_ more: String = "") -> String {
    """
    name = "guest"
    type = "pvh"
    kernel = "vmlinux"
    memory = 64
    \(more)
    """
}
