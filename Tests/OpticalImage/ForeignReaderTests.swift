// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import OpticalImage

@Suite("Other readers of an image")
struct ForeignReaderTests {
    /// A program that lists an image, and a word that its listing of ours must hold.
    static let readers: [(program: String, arguments: [String], expected: String)] = [
        ("isoinfo", ["-l", "-i", "IMAGE"], "APUS.ELF"),
        ("7z", ["l", "IMAGE"], "apus.elf"),
        ("xorriso", ["-return_with", "FAILURE", "32", "-indev", "IMAGE", "-find", "/"], "APUS.ELF"),
        ("file", ["IMAGE"], "ISO 9660"),
    ]

    static func find(_ program: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + program }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    @Test("find the files that we put there", arguments: readers.map(\.program))
    func list(program: String) throws {
        let reader = try #require(Self.readers.first { $0.program == program })
        guard let path = Self.find(program) else {
            print("skipped: \(program) is not installed")
            return
        }
        let workspace = try Workspace()
        try OpticalImageTests.sample().write(to: workspace.file("a.iso"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = reader.arguments.map { $0 == "IMAGE" ? workspace.file("a.iso") : $0 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.uppercased().contains(reader.expected.uppercased()), "\(text)")
    }
}
