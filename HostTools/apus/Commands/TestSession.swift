// SPDX-License-Identifier: MIT
import Emulator
import TestReport

/// The boots of an `apus test`, several at a time.
struct TestSession {
    /// In the order in which they are reported.
    var boots: [TestBoot]
    /// How many run at a time.
    var workers: Int
    /// Whether the consoles are shown on standard error.
    var isChatty: Bool

    /// Boots everything and puts the reports together; the verdict is the last that was not good.
    func run() async throws -> (TestReport, RunVerdict) {
        let queue = Queue(boots)
        let outcomes = try await withThrowingTaskGroup(of: [(Int, TestBoot.Outcome)].self) { group in
            for worker in 0..<min(workers, boots.count) {
                group.addTask { try await work(on: queue, isFirst: worker == 0) }
            }
            var outcomes: [Int: TestBoot.Outcome] = [:]
            for try await done in group {
                for (index, outcome) in done { outcomes[index] = outcome }
            }
            return outcomes
        }
        let ordered = boots.indices.compactMap { outcomes[$0] }
        return (report(ordered), ordered.last { $0.verdict != .good }?.verdict ?? .good)
    }

    private func work(on queue: Queue, isFirst: Bool) async throws(CommandFailure) -> [(Int, TestBoot.Outcome)] {
        var done: [(Int, TestBoot.Outcome)] = []
        while let index = await queue.next(takesRealTime: isFirst) {
            let boot = boots[index]
            let name =
                boots.contains { $0.model != boot.model } ? "\(boot.suite.name) on \(boot.model.name)" : boot.suite.name
            Terminal.progress("booting \(name)")
            let outcome = try await boot.run { line in
                if isChatty { Terminal.error(workers == 1 ? line : "\(name): \(line)") }
            }
            done.append((index, outcome))
        }
        return done
    }

    private func report(_ outcomes: [TestBoot.Outcome]) -> TestReport {
        var reports: [(processor: String, report: TestReport)] = []
        for (boot, outcome) in zip(boots, outcomes) {
            if reports.last?.processor != boot.model.name { reports.append((boot.model.name, TestReport())) }
            reports[reports.count - 1].report.suites += outcome.reports
        }
        return reports.count > 1 ? ProcessorComparison(reports).report : reports.first?.report ?? TestReport()
    }

    /// The boots that are left to do.
    ///
    /// Those in real time are done by one worker alone: beside each other, or behind a long queue of them, their guests could see
    /// the host being busy. Bochs has its own time.
    private actor Queue {
        private var realTime: [Int]
        private var others: [Int]

        init(_ boots: [TestBoot]) {
            realTime = boots.indices.filter { boots[$0].model.runsInRealTime }.reversed()
            others = boots.indices.filter { !boots[$0].model.runsInRealTime }.reversed()
        }

        /// The next boot for a worker, or nil when nothing is left for it.
        func next(takesRealTime: Bool) -> Int? {
            if takesRealTime, let index = realTime.popLast() { return index }
            return others.popLast()
        }
    }
}
