// SPDX-License-Identifier: MIT
import Foundation

/// A program of the system that does what our own code does, to be compared with.
public struct ForeignTool {
    /// How a run of it ended.
    public struct Result: Sendable {
        public var status: Int32
        /// What it printed on standard output.
        public var output: [UInt8]
        /// What it printed on standard error.
        public var errors: String

        /// The output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    public struct Failed: Error {
        public var arguments: [String]
        public var result: Result
    }

    private let path: String

    /// The program `name`; where it is missing, nil, and a line that says so.
    public init?(_ name: String) {
        let folders = ["/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"]
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: $0 + name) }) else {
            print("skipped: \(name) is not installed, and what it would be compared with is not compared")
            return nil
        }
        path = folder + name
    }

    /// Runs the program to its end.
    public func run(_ arguments: [String], input: [UInt8] = [], in folder: String? = nil) throws -> Result {
        let workspace = try Workspace()
        for name in ["in", "out", "err"] { try workspace.write(name == "in" ? input : [], to: name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle(forReadingAtPath: workspace.file("in"))
        process.standardOutput = FileHandle(forWritingAtPath: workspace.file("out"))
        process.standardError = FileHandle(forWritingAtPath: workspace.file("err"))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try workspace.bytes("out"), errors: workspace.text("err") ?? "")
    }

    /// What the program prints; a status other than 0 is an error.
    public func output(_ arguments: [String], input: [UInt8] = [], in folder: String? = nil) throws -> Result {
        let result = try run(arguments, input: input, in: folder)
        guard result.status == 0 else { throw Failed(arguments: arguments, result: result) }
        return result
    }
}
