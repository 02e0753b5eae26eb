// SPDX-License-Identifier: MIT

import Foundation

/// A program of the system that does what our own code does, to be compared with.
struct SystemTool {
    let path: String

    /// The program `name`; where it is missing, nil, and a line that says so.
    init?(_ name: String) {
        let folders = ["/usr/bin", "/bin", "/usr/local/bin"]
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
        else {
            print("\(name) is not installed: the comparison with it is left out")
            return nil
        }
        path = "\(folder)/\(name)"
    }

    struct Failed: Error { let status: Int32 }

    /// What the program writes when it is given `input`.
    func run(_ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let name = FileManager.default.temporaryDirectory.appending(path: "apus-tool-\(UUID().uuidString)").path
        let (source, result) = (name + ".in", name + ".out")
        defer { for file in [source, result] { try? FileManager.default.removeItem(atPath: file) } }
        try Data(input).write(to: URL(fileURLWithPath: source))
        try Data().write(to: URL(fileURLWithPath: result))

        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: result))
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return Array(try Data(contentsOf: URL(fileURLWithPath: result)))
    }
}
