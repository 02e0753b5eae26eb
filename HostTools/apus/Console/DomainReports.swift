// SPDX-License-Identifier: MIT
import Emulator
import TestReport

/// The test reports of the domains of one run, each read from its own lines of the shared console.
struct DomainReports {
    private var recorders: [Int: SuiteRecorder] = [:]

    /// Recorders for domains whose tests are awaited; the hypervisor numbers its domains from 1 in the boot order.
    init(_ awaited: [(name: String, expectation: GuestExpectation)] = []) {
        for (index, guest) in awaited.enumerated() {
            recorders[index + 1] = SuiteRecorder(name: guest.name, expecting: guest.expectation)
        }
    }

    /// The next line of the console.
    /// - Parameter isOpen: whether a domain that was not awaited is read as well when it begins a report.
    mutating func consume(_ line: ConsoleLine, isOpen: Bool = false) {
        guard case .domain(let number, let text) = line else { return }
        if isOpen, recorders[number] == nil, text.hasPrefix("KTAP version") {
            recorders[number] = SuiteRecorder(name: "domain \(number)")
        }
        recorders[number]?.consume(text)
    }

    /// The reports, given how the run ended.
    func finish(_ result: MachineRun.Result) -> [SuiteReport] {
        recorders.keys.sorted().compactMap { number in
            let end = result.record.ends.first { $0.domain == number }
            let ending = end.map { GuestEnding.ended(reason: $0.reason) } ?? Self.ending(result.verdict)
            var report = recorders[number]?.finish(ending, seconds: result.seconds)
            if let end, report?.name == "domain \(number)" { report?.name = end.name }
            return report
        }
    }

    /// The end of a domain of which the hypervisor said nothing.
    private static func ending(_ verdict: RunVerdict) -> GuestEnding {
        switch verdict {
        case .timedOut(let seconds): .silent(seconds: seconds)
        case .good, .domainFailed: .neverStarted
        case .hypervisorFailed, .nothingStarted, .emulatorFailed: .runStopped(reason: verdict.message)
        }
    }
}
