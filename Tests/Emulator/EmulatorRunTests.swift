// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import Emulator

@Suite("A run of the emulator")
struct EmulatorRunTests {
    @Test("hands over the console line by line, the arguments as given, and the exit status")
    func lines() async throws {
        let fake = try FakeEmulator("printf 'one\\r\\ntwo %s\\nthree' \"$1\"; exit 33")
        var lines: [String] = []
        let run = EmulatorRun(program: fake.path, arguments: ["a,b c"], timeout: 60)
        let ending = try await run.run { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(ending == .exited(33))
        #expect(lines == ["one", "two a,b c", "three"])
    }

    @Test("shows a line while the emulator still runs")
    func live() async throws {
        let fake = try FakeEmulator("echo first; while [ ! -e \"$(dirname $0)/go\" ]; do sleep 0.05; done; exit 35")
        let ending = try await EmulatorRun(program: fake.path, arguments: [], timeout: 60).run { _ in
            _ = FileManager.default.createFile(atPath: fake.folder + "/go", contents: nil)
        }
        #expect(ending == .exited(35))
    }

    @Test("is killed when the time is up, with everything that it started, and keeps what it said")
    func timeout() async throws {
        let fake = try FakeEmulator("sleep 600 & echo $! > \"$(dirname $0)/pid\"; echo started; wait")
        var lines = 0
        let start = ContinuousClock.now
        let ending = try await EmulatorRun(program: fake.path, arguments: [], timeout: 1).run { _ in lines += 1 }
        #expect(ending == .timedOut(seconds: 1))
        #expect(lines == 1)
        // Far less than the program would take by itself; how long a busy host needs to end it is another matter.
        #expect(ContinuousClock.now - start < .seconds(300))
        #expect(try await isGone(fake))
    }

    @Test("is interrupted first, where it is to say something, as often as it takes, and then killed")
    func interruption() async throws {
        let counting = try FakeEmulator(
            "n=0; trap 'n=$((n + 1)); [ $n -lt 3 ] || { echo enough; exit 0; }' INT; while :; do sleep 0.02; done")
        var lines: [String] = []
        let run = EmulatorRun(program: counting.path, arguments: [], timeout: 1, isInterruptedFirst: true)
        let ending = try await run.run { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(ending == .timedOut(seconds: 1))
        #expect(lines == ["enough"])
        let deaf = try FakeEmulator("echo $$ > \"$(dirname $0)/pid\"; trap '' INT; while :; do sleep 0.02; done")
        let other = EmulatorRun(program: deaf.path, arguments: [], timeout: 1, isInterruptedFirst: true)
        #expect(try await other.run { _ in } == .timedOut(seconds: 1))
        #expect(try await isGone(deaf))
    }

    @Test("is killed when the task is cancelled, as Ctrl-C does")
    func cancellation() async throws {
        let fake = try FakeEmulator("echo $$ > \"$(dirname $0)/pid\"; exec sleep 600")
        let path = fake.path
        let task = Task { try await EmulatorRun(program: path, arguments: [], timeout: 600).run { _ in } }
        while !FileManager.default.fileExists(atPath: fake.folder + "/pid") {
            try await Task.sleep(for: .milliseconds(20))
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: EmulatorError.interrupted) { try await task.value }
        #expect(try await isGone(fake))
    }

    @Test("is killed when the reader of its console gives up")
    func readerFails() async throws {
        struct Enough: Error {}
        let fake = try FakeEmulator("echo $$ > \"$(dirname $0)/pid\"; echo line; exec sleep 600")
        let run = EmulatorRun(program: fake.path, arguments: [], timeout: 600)
        await #expect(throws: EmulatorError.interrupted) { try await run.run { _ in throw Enough() } }
        #expect(try await isGone(fake))
    }

    @Test("says that the emulator is missing")
    func missing() async {
        for program in ["/nonexistent/emulator", "apus-no-such-emulator"] {
            let run = EmulatorRun(program: program, arguments: [], timeout: 5)
            await #expect(throws: EmulatorError.notFound(program: program)) { try await run.run { _ in } }
        }
    }

    @Test("tells an end by signal")
    func signalled() async throws {
        let fake = try FakeEmulator("kill -9 $$")
        #expect(try await EmulatorRun(program: fake.path, arguments: [], timeout: 60).run { _ in } == .signalled(9))
    }

    /// Waits a little: the system may need a moment to take a killed process away.
    private func isGone(_ fake: FakeEmulator) async throws -> Bool {
        for _ in 0..<100 {
            if try !fake.isAlive { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}
