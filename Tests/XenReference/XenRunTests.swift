// SPDX-License-Identifier: MIT
import DomainConfiguration
import Emulator
import Foundation
import Testing

@testable import XenReference

@Suite("A run of Xen")
struct XenRunTests {
    private let group = XenGroup(
        [XenDomain(DomainConfiguration(name: "a", kernel: "a", memory: 64), kernel: [1, 2, 3])], limit: 60)

    /// A run on an installation of test programs, with a script in QEMU's place.
    private func run(_ script: String, in workshop: Workshop) async throws -> (XenRun.Ending, [XenConsoleLine]) {
        try workshop.installPrograms()
        let installation = try await workshop.fetcher.fetch { _ in }
        try installTools(below: installation.root)
        var run = XenRun([group], on: installation)
        run.program = try workshop.program("qemu", script)
        var lines: [XenConsoleLine] = []
        let ending = try await run.run(in: workshop.folder) { lines.append($0) }
        return (ending, lines)
    }

    private func installTools(below root: String) throws {
        var files = XenPackages.programs.map { "usr/bin/\($0)" }
        files += ["libgcc_s.so.1", SharedLibraries.loader].map { "lib/x86_64-linux-gnu/\($0)" }
        for file in files + ["bin/busybox"] {
            let url = URL(fileURLWithPath: "\(root)/\(file)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            var program = TestProgram.bytes(needing: [])
            // For x86-64, which only busybox is asked for; its dynamic section becomes a note.
            program[18] = 62
            if file == "bin/busybox" { program[64 + 56] = 4 }
            try Data(program).write(to: url)
        }
    }

    @Test("boots Xen with the control domain's kernel and a ramdisk that holds tools, guests and the plan")
    func arguments() async throws {
        let workshop = try Workshop()
        let (ending, lines) = try await run("for word; do echo \"$word\"; done; echo '=== done'", in: workshop)
        #expect(ending == .finished)
        let words = lines.compactMap { line in if case .other(let text) = line { text } else { nil } }
        #expect(words.contains { $0.hasPrefix("EPYC,") && $0.hasSuffix(",-rdtscp,-monitor") })
        #expect(words.contains("shift=3,sleep=off"))
        #expect(words.contains { $0.hasSuffix("/xen.elf") })
        #expect(words.contains { $0.contains("/vmlinuz console=hvc0") && $0.hasSuffix("/control-domain") })
        let archive = try Data(contentsOf: URL(fileURLWithPath: "\(workshop.folder)/control-domain"))
        let expected = ["bin/xl", "lib64/\(SharedLibraries.loader)", "modules/xenfs.ko", "guests/group1-1.kernel"]
        for name in expected + ["60 group1-1\n"] {
            #expect(archive.range(of: Data(name.utf8)) != nil, "\(name)")
        }
    }

    @Test("hands over what guests say, and is finished only when the control domain says so")
    func lines() async throws {
        let workshop = try Workshop()
        let console = ["=== start 1", "=== run 1", "(d1) ok 1 a", "=== end 1 0", "=== done"]
        let script = console.map { "echo '\($0)'" }.joined(separator: "; ")
        let (ending, lines) = try await run(script, in: workshop)
        #expect(ending == .finished)
        let expected: [XenConsoleLine] = [
            .starting(1), .running([1]), .domain(1, "ok 1 a"), .ended(1, reason: "poweroff"), .done,
        ]
        #expect(lines == expected)
    }

    @Test("that stops early says why: what the control domain said, or the last lines")
    func early() async throws {
        let workshop = try Workshop()
        let (panic, _) = try await run("echo '(XEN) Panic on CPU 0'", in: workshop)
        #expect(panic == .stopped(reason: "Xen or its control domain stopped early; the last lines: Panic on CPU 0"))
        let other = try Workshop()
        let (failed, _) = try await run("echo '=== failed: no domain'; exit 1", in: other)
        #expect(failed == .stopped(reason: "no domain"))
    }

    @Test("without an emulator says so")
    func missing() async throws {
        let workshop = try Workshop()
        try workshop.installPrograms()
        let installation = try await workshop.fetcher.fetch { _ in }
        try installTools(below: installation.root)
        var run = XenRun([group], on: installation)
        run.program = "/nonexistent/qemu"
        let missing = run
        let expected = XenReferenceError.emulator(.notFound(program: "/nonexistent/qemu"))
        await #expect(throws: expected) { try await missing.run(in: workshop.folder) { _ in } }
    }
}
