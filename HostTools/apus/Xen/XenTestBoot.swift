// SPDX-License-Identifier: MIT
import TestReport
import XenReference

/// One boot of Xen that runs suites until it is through, or stops.
struct XenTestBoot {
    /// At least one.
    var suites: [TestSuite]
    /// Seconds that a suite may take.
    var limit: Int
    var isChatty: Bool

    /// What is known after a boot.
    struct Outcome {
        var reports: [SuiteReport]
        /// How many suites were run, or tried: at least one.
        var suitesDone: Int
    }

    /// Boots, and runs the suites one after the other.
    /// - Throws: when Xen did not get as far as the first.
    func run(on installation: XenInstallation) async throws(CommandFailure) -> Outcome {
        let (groups, plannedRecorders) = try plan()
        var recorders = plannedRecorders
        let folder = try TemporaryFolder()
        Terminal.progress("booting Xen \(installation.version) and its control domain")
        var current = -1
        let ending: XenRun.Ending
        do throws(XenReferenceError) {
            ending = try await XenRun(groups, on: installation).run(in: folder.path) { line in
                if case .starting = line, current < suites.count - 1 {
                    current += 1
                    Terminal.progress("on Xen: \(suites[current].name)")
                }
                if current >= 0 { recorders[current].consume(line) }
                if isChatty, let text = line.text { Terminal.error(text) }
            }
        } catch {
            throw RealXen.failure(error)
        }
        return try outcome(of: recorders, current: current, ending)
    }

    /// The domains of each suite, numbered on from those of the suite before it, and what reads their output.
    private func plan() throws(CommandFailure) -> ([XenGroup], [XenSuiteRecorder]) {
        var groups: [XenGroup] = []
        var recorders: [XenSuiteRecorder] = []
        var number = 1
        for suite in suites {
            let guests = try suite.load(firstDomain: number)
            var domains: [XenDomain] = []
            for guest in guests { domains.append(try guest.xenDomain()) }
            groups.append(XenGroup(domains, limit: limit))
            recorders.append(XenSuiteRecorder(suite, guests: guests.map(\.configuration.name), firstDomain: number))
            number += guests.count
        }
        return (groups, recorders)
    }

    private func outcome(
        of recorders: [XenSuiteRecorder], current: Int, _ ending: XenRun.Ending
    ) throws(CommandFailure) -> Outcome {
        guard case .stopped(let reason) = ending else {
            return Outcome(
                reports: recorders.flatMap { $0.finish(limit: limit, stopped: nil) }, suitesDone: suites.count)
        }
        guard current >= 0 else {
            throw CommandFailure(.crash, "the real Xen did not get as far as the first suite: \(reason)")
        }
        Terminal.progress("Xen stopped during \(suites[current].name): \(reason)")
        let done = recorders.prefix(current).flatMap { $0.finish(limit: limit, stopped: nil) }
        return Outcome(
            reports: done + recorders[current].finish(limit: limit, stopped: reason), suitesDone: current + 1)
    }
}
