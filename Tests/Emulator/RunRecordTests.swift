// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("A run's verdict")
struct RunRecordTests {
    static func verdict(_ lines: [String], _ ending: EmulatorRun.Ending) -> RunVerdict {
        var record = RunRecord()
        for line in lines { record.consume(ConsoleLine(line)) }
        return record.verdict(ending)
    }

    static let good = ["(apus) d1 \"a\" ended: poweroff", "(apus) all domains have ended"]
    static let crashed = ["(apus) d1 \"a\" ended: crash", "(apus) all domains have ended"]

    @Test("is good only when status and console agree")
    func good() {
        #expect(Self.verdict(Self.good, .exited(33)) == .good)
        #expect(Self.verdict([], .exited(33)) != .good)
        #expect(Self.verdict(["(d1) (apus) all domains have ended"], .exited(33)) != .good)
        #expect(Self.verdict(Self.good + ["(apus) FATAL audit"], .exited(33)) == .hypervisorFailed("FATAL audit"))
    }

    @Test("names the domain that crashed, also where the status hides it")
    func crashed() {
        for status in [33, 35] {
            guard case .domainFailed(let end) = Self.verdict(Self.crashed, .exited(status)) else {
                Issue.record("status \(status)")
                continue
            }
            #expect(end.name == "a" && end.reason == "crash")
        }
        guard case .hypervisorFailed = Self.verdict(Self.good, .exited(35)) else {
            Issue.record("a crash without a crashed domain")
            return
        }
    }

    @Test("tells the other ends apart")
    func others() {
        #expect(Self.verdict([], .exited(39)) == .nothingStarted)
        #expect(Self.verdict(Self.good, .timedOut(seconds: 7)) == .timedOut(seconds: 7))
        for status in [0, 37] {
            guard case .hypervisorFailed = Self.verdict([], .exited(status)) else {
                Issue.record("status \(status)")
                continue
            }
        }
        for ending in [EmulatorRun.Ending.exited(1), .exited(34), .signalled(11)] {
            guard case .emulatorFailed = Self.verdict(Self.good, ending) else {
                Issue.record("\(ending)")
                continue
            }
        }
    }
}
