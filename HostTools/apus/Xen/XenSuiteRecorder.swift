// SPDX-License-Identifier: MIT
import TestReport
import XenReference

/// Reads what the guests of one suite say on the real Xen, and makes their reports at the end.
struct XenSuiteRecorder {
    private var recorders: [Int: SuiteRecorder] = [:]
    /// The domains that use Xen's own console; what others write to their console ring is not read.
    private var speakers: Set<Int> = []
    private var ends: [Int: String?] = [:]
    private var start: ContinuousClock.Instant?
    private var seconds = 0.0

    /// A recorder for a suite whose guests' domains are numbered from `firstDomain`.
    init(_ suite: TestSuite, guests: [String], firstDomain: Int) {
        for (index, guest) in suite.awaited(guests).enumerated() {
            recorders[firstDomain + index] = SuiteRecorder(name: guest.name, expecting: guest.expectation)
        }
    }

    /// The next line of the console while the suite runs.
    mutating func consume(_ line: XenConsoleLine) {
        switch line {
        case .running: start = .now
        case .domain(let number, let text):
            speakers.insert(number)
            recorders[number]?.consume(text)
        case .ring(let number, let text):
            if !speakers.contains(number) { recorders[number]?.consume(text) }
        case .ended(let number, let reason):
            if ends.isEmpty, let start { seconds = (ContinuousClock.now - start) / .seconds(1) }
            ends[number] = .some(reason)
        case .hypervisor(let text):
            // Xen's reasons for ending a domain, to be shown if a test fails.
            for number in recorders.keys where text.hasPrefix("d\(number)v") || text.hasPrefix("d\(number):") {
                recorders[number]?.consume("(XEN) \(text)")
            }
        case .starting, .created, .done, .failed, .other: break
        }
    }

    /// The reports of the guests that were to be heard of.
    /// - Parameters:
    ///   - limit: the seconds that the suite had.
    ///   - reason: why the boot ended, if it did so before the suite was through.
    func finish(limit: Int, stopped reason: String?) -> [SuiteReport] {
        recorders.keys.sorted().compactMap { number in
            let ending: GuestEnding =
                switch ends[number] {
                case .some(.some(let reason)): .ended(reason: reason)
                case .some(.none): .silent(seconds: limit)
                case .none: reason.map(GuestEnding.runStopped) ?? .neverStarted
                }
            return recorders[number]?.finish(ending, seconds: seconds)
        }.filter { !$0.results.isEmpty }
    }
}
