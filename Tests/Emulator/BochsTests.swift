// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import Emulator

@Suite("A machine of Bochs")
struct BochsTests {
    /// A machine whose program is a script, run in the script's folder.
    static func run(
        _ script: String, processor: Bochs.Processor = .skylakeX, timeout: Int = 60
    ) async throws -> (end: MachineEnd, lines: [String], folder: FakeEmulator) {
        let fake = try FakeEmulator(script)
        let bochs = Bochs(image: "/nowhere/a, b.iso", processor: processor, program: fake.path)
        var lines: [String] = []
        let end = try await bochs.run(in: fake.folder, timeout: timeout) {
            lines.append(String(decoding: $0, as: UTF8.self))
        }
        return (end, lines, fake)
    }

    static let shutdown = "echo '0001p[UNMAP ] >>PANIC<< Shutdown port: shutdown requested' > log; exit 1"

    @Test("is described by its configuration")
    func configuration() {
        let text = Bochs(image: "x", processor: .sandyBridge, memory: 640).configuration
        #expect(text.contains("cpu: model=corei7_sandy_bridge_2600k, count=1, ips="))
        #expect(text.contains("memory: guest=640, host=640\n"))
        #expect(text.contains("path=image.iso") && text.contains("dev=/dev/fd/3") && text.contains("sync=none"))
        #expect(text.contains("panic: action=fatal\n") && text.contains("romimage: file=/usr/share/bochs/"))
        // Without a sound card on the host Bochs crashes in its mixer.
        #expect(text.contains("waveoutdrv=dummy"))
        let other = Bochs(image: "x", processor: .ryzen, firmware: .seabios).configuration
        #expect(other.contains("romimage: file=/usr/share/seabios/bios.bin\n"))
        // The triple fault of an SVM guest would end Bochs before its hypervisor hears of it.
        #expect(Bochs(image: "x", processor: .ryzen).configuration.contains("panic: action=fatal, cpu0=report\n"))
    }

    @Test("finds its files in a folder of its own, its image by a link, and has its console for itself")
    func files() async throws {
        let script = "echo noise; echo oops >&2; echo \"$*\" >&3; ls >&3; readlink image.iso >&3; printf '\\020'; "
        let (end, lines, fake) = try await Self.run(script + Self.shutdown)
        #expect(end == .shutDown(.allDomainsEnded))
        #expect(
            lines == [
                "-q -f bochsrc -rc commands", "bochsrc", "commands", "emulator", "image.iso", "output",
                "/nowhere/a, b.iso",
            ])
        let output = try String(contentsOfFile: fake.folder + "/output", encoding: .utf8)
        #expect(output == "noise\noops\n\u{10}")
    }

    @Test("ends with the code that the kernel wrote last, and fails where there is none")
    func codes() async throws {
        #expect(try await Self.run("printf 'a\\020b\\023c'; " + Self.shutdown).end == .shutDown(.nothingStarted))
        guard case .emulatorFailed(let reason) = try await Self.run(Self.shutdown).end else {
            Issue.record("no failure")
            return
        }
        #expect(reason.contains("0xE9"))
    }

    @Test("tells a triple fault with its registers, and Bochs' own failures with its message")
    func failures() async throws {
        let fault =
            "echo '1i[CPU0  ] | RAX=00000000000000ff  RBX=01' > log; "
            + "echo '1p[CPU0  ] >>PANIC<< exception(): 3rd (13) exception with no resolution' >> log; exit 1"
        guard case .reset(let state?) = try await Self.run(fault).end else {
            Issue.record("no reset")
            return
        }
        #expect(state["rax"] == 0xFF && state["rbx"] == 1)
        #expect(
            try await Self.run("echo '0p[  ] >>PANIC<< no such BIOS'; exit 1").end == .emulatorFailed("no such BIOS"))
        #expect(
            try await Self.run("exit 3").end == .emulatorFailed("it ended with status 3 and without a reason"))
        #expect(try await Self.run("kill -9 $$").end == .emulatorFailed("it was ended by signal 9"))
        #expect(
            try await Self.run("printf '\\020'; kill -9 $$").end == .shutDown(.allDomainsEnded),
            "a crash after the kernel has told how the run ended")
        // What ended it is the last such message.
        let both =
            "echo '0p[CPU0  ] >>PANIC<< exception(): 3rd (6) exception with no resolution' > first; printf '\\021'; "
            + Self.shutdown.replacingOccurrences(of: "> log", with: "| cat first - > log")
        #expect(try await Self.run(both).end == .shutDown(.domainCrashed))
    }

    @Test("is interrupted when its time is up, and tells where the processor stood")
    func hang() async throws {
        let script = "trap 'echo \"rip: 00000000_00001234\"; exit 0' INT; while :; do sleep 0.02; done"
        guard case .timedOut(1, let state?) = try await Self.run(script, timeout: 1).end else {
            Issue.record("no time-out with a state")
            return
        }
        #expect(state.instructionPointer == 0x1234)
    }

    @Test("is missed by name where it is not installed")
    func missing() async throws {
        let fake = try FakeEmulator("")
        let bochs = Bochs(image: "x", processor: .ryzen, program: "apus-no-such-bochs")
        await #expect(throws: EmulatorError.notFound(program: "apus-no-such-bochs")) {
            try await bochs.run(in: fake.folder, timeout: 60) { _ in }
        }
        await #expect(throws: EmulatorError.self) {
            try await bochs.run(in: fake.folder + "/nowhere", timeout: 60) { _ in }
        }
        #expect("\(EmulatorError.notFound(program: Bochs.program))".contains("package is bochs)"))
    }

    @Test("has a processor of one vendor, known by Bochs' name")
    func processors() {
        #expect(Bochs.Processor.allCases.filter { $0.vendor == .intel && $0.hasNestedPaging }.count == 9)
        #expect(Bochs.Processor(rawValue: "corei3_cnl").map { $0.hasNestedPaging && !$0.hasVirtualAPIC } == true)
        #expect(ProcessorModel(name: "ryzen") == .bochs(.ryzen) && ProcessorModel(name: "epyc") == .qemu(.tcg))
        #expect(ProcessorModel(name: "host") == nil && ProcessorModel(name: "") == nil)
        #expect(Set(ProcessorModel.named.map(\.name)).count == ProcessorModel.named.count)
    }

    @Test("has a processor that the installed Bochs knows", .enabled(if: BochsTests.isInstalled))
    func installedModels() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.installed)
        process.arguments = ["--help", "cpu"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let known = Set(text.split { $0.isWhitespace || $0 == "," }.map(String.init))
        for processor in Bochs.Processor.allCases { #expect(known.contains(processor.rawValue)) }
    }

    /// Where Debian's package has it.
    static let installed = "/usr/bin/bochs-bin"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: installed)
}
