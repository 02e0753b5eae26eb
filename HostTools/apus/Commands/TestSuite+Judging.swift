// SPDX-License-Identifier: MIT
import Emulator
import TestReport

extension TestSuite {
    /// What is expected of each domain, in boot order. Where there are several, the guest's name follows the suite's.
    func awaited(_ names: [String]) -> [(name: String, expectation: GuestExpectation)] {
        zip(members, names).map { member, guest in
            (members.count == 1 ? name : "\(name)/\(guest)", member.expectation)
        }
    }

    /// The reports worth showing, and the verdict that counts: an end that is expected is none.
    func judge(_ reports: [SuiteReport], _ result: MachineRun.Result) -> ([SuiteReport], RunVerdict) {
        let shown = reports.filter { !$0.results.isEmpty }
        switch result.verdict {
        case .good: return (shown, .good)
        case .domainFailed, .timedOut, .nothingStarted:
            // The guests' reports tell: one that was expected to end so has passed.
            let isExpected = shown.allSatisfy { $0.counts.failed == 0 } && !shown.isEmpty
            return (shown, isExpected ? .good : result.verdict)
        case .hypervisorFailed, .emulatorFailed:
            let failure = SuiteReport(name: "\(name)/hypervisor", problems: [result.verdict.message])
            return (shown + [failure], result.verdict)
        }
    }
}
