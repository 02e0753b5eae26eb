// SPDX-License-Identifier: MIT
import Foundation

/// The tools that our images are compared with: QEMU's qemu-img and qemu-io, of Debian's qemu-utils.
enum QEMUTool: String {
    case image = "qemu-img"
    case io = "qemu-io"

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether both are installed; where they are not, a line says that the comparison is left out.
    static let areInstalled: Bool = {
        let isThere = [image, io].allSatisfy { FileManager.default.isExecutableFile(atPath: $0.path) }
        if !isThere { print("skipped: qemu-utils is not installed, so images are not compared with QEMU's") }
        return isThere
    }()

    private var path: String { "/usr/bin/\(rawValue)" }

    /// Runs the tool, and returns what it prints.
    /// - Throws: when it ends with another status than 0.
    @discardableResult
    func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(
                description: "\(rawValue) \(arguments.joined(separator: " ")): \(process.terminationStatus): \(text)")
        }
        return text
    }

    /// Requires that qemu-img finds nothing wrong with an image, not even leaks.
    static func requireClean(_ path: String) throws { try image.run(["check", "-q", "-f", "qcow2", path]) }

    /// Requires that qemu-img finds the same contents in both images.
    static func requireSame(_ first: String, _ format: String, _ second: String, _ secondFormat: String) throws {
        try image.run(["compare", "-q", "-f", format, "-F", secondFormat, first, second])
    }
}
