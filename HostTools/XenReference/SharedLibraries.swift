// SPDX-License-Identifier: MIT
import Foundation

/// The shared libraries that programs need, found in the unpacked packages: those of the host are not touched.
struct SharedLibraries {
    /// The name of a library and the path of its file.
    private(set) var found: [String: String] = [:]
    private let folders: [String]

    /// The program that loads libraries (System V ABI for x86-64, "Program Interpreter").
    static let loader = "ld-linux-x86-64.so.2"

    /// Looks for libraries where Debian puts them, below `root`.
    init(below root: String) {
        folders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/xen-4.17/lib/x86_64-linux-gnu"]
            .map { "\(root)/\($0)" }
    }

    /// Adds a library and whatever it needs.
    mutating func add(_ name: String) throws(XenReferenceError) {
        guard found[name] == nil else { return }
        guard let path = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.fileExists) else {
            throw .damaged(path: folders[0], reason: "it holds no \(name)")
        }
        found[name] = path
        try addNeeds(of: path)
    }

    /// Adds whatever a program or library needs.
    mutating func addNeeds(of path: String) throws(XenReferenceError) {
        for name in try DynamicSection(of: path, try XenInstallation.read(path)).needed { try add(name) }
    }
}
