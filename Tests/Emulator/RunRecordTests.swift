// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("A run's verdict")
struct RunRecordTests {
    static func verdict(_ lines: [String], _ end: MachineEnd) -> RunVerdict {
        var record = RunRecord()
        for line in lines { record.consume(ConsoleLine(line)) }
        return record.verdict(end)
    }

    static let good = ["(apus) d1 \"a\" ended: poweroff", "(apus) all domains have ended"]
    static let crashed = ["(apus) d1 \"a\" ended: crash", "(apus) all domains have ended"]

    @Test("is good only when the code and the console agree")
    func good() {
        #expect(Self.verdict(Self.good, .shutDown(.allDomainsEnded)) == .good)
        #expect(Self.verdict([], .shutDown(.allDomainsEnded)) != .good)
        #expect(Self.verdict(["(d1) (apus) all domains have ended"], .shutDown(.allDomainsEnded)) != .good)
        #expect(
            Self.verdict(Self.good + ["(apus) FATAL audit"], .shutDown(.allDomainsEnded))
                == .hypervisorFailed("FATAL audit"))
    }

    @Test("names the domain that crashed, also where the code hides it")
    func crashed() {
        for code in [ShutdownCode.allDomainsEnded, .domainCrashed] {
            guard case .domainFailed(let end) = Self.verdict(Self.crashed, .shutDown(code)) else {
                Issue.record("\(code)")
                continue
            }
            #expect(end.name == "a" && end.reason == "crash")
        }
        guard case .hypervisorFailed = Self.verdict(Self.good, .shutDown(.domainCrashed)) else {
            Issue.record("a crash without a crashed domain")
            return
        }
    }

    @Test("tells the other ends apart")
    func others() {
        #expect(Self.verdict([], .shutDown(.nothingStarted)) == .nothingStarted)
        #expect(Self.verdict(Self.good, .timedOut(seconds: 7, nil)) == .timedOut(seconds: 7))
        #expect(Self.verdict(Self.good, .emulatorFailed("why")) == .emulatorFailed("why"))
        for end in [MachineEnd.reset(nil), .shutDown(.hypervisorFailed)] {
            guard case .hypervisorFailed = Self.verdict(Self.good, end) else {
                Issue.record("\(end)")
                continue
            }
        }
    }
}
