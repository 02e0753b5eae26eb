// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator

/// `apus fuzz`: guests that make hypercalls at random, and an audit of the hypervisor afterwards.
struct FuzzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Make hypercalls at random, and audit the hypervisor's books.",
        discussion: """
            Guests call everything, with arguments that are good, wrong in one field, or wild, from all their virtual CPUs;
            two domains share memory and events. When a domain ends, and now and then before, the hypervisor proves that
            every frame has one owner, every grant as many uses as mappings, every mapping a reason; if not, the run has
            failed.

            All follows from the seed: the emulator counts instructions, so that a run is the same each time, to the byte.
            A guest that happens to end itself is replaced, with the next seed, until the calls are made.

            Examples:
              apus fuzz                                  a million calls
              apus fuzz --seed 7 --calls 10000000
              apus fuzz --seed 7 --repeat                twice, and whether both runs are the same
              apus fuzz --domains 1 --vcpus 4
              apus fuzz --threads --cpus 4 --vcpus 4     in real time, on four processors: not the same each time

            Exit status: 0 the books were in order, 3 they were not, or the hypervisor failed, 4 time was up.
            """.paragraphs)

    @Option(help: "What all calls follow from.")
    var seed: UInt64 = 1

    @Option(help: "How many calls are made, by all guests together.")
    var calls: Int = 1_000_000

    @Option(help: "How many domains there are: 1 or 2.")
    var domains: Int = 2

    @Option(help: "How many virtual CPUs each of them has: 1 to 8.")
    var vcpus: Int = 2

    @Option(help: ArgumentHelp("How often the books are audited, in the machine's time.", valueName: "ms"))
    var audit: Int = 500

    @Flag(
        help: "Let the emulator use threads and the host's time: quicker with several processors, and not repeatable.")
    var threads = false

    @Flag(help: "Do everything twice, and fail unless both runs are the same.")
    var `repeat` = false

    @Flag(help: "Show the console on standard error.")
    var console = false

    @OptionGroup var options: MachineOptions

    func validate() throws {
        guard (1...1_000_000_000).contains(calls) else { throw ValidationError("--calls: use 1 to 1000000000.") }
        guard (1...2).contains(domains) else { throw ValidationError("--domains: use 1 or 2.") }
        guard (1...8).contains(vcpus) else { throw ValidationError("--vcpus: use 1 to 8.") }
        guard (1...999_999_999).contains(audit) else { throw ValidationError("--audit: use 1 to 999999999 ms.") }
        guard !(threads && self.repeat) else {
            throw ValidationError("--threads and --repeat: runs with threads are never the same; leave one out.")
        }
    }

    func run() async throws {
        let models = try options.models(needs: threads ? [] : [.instructionCounting])
        for model in models {
            let first = try await session(on: model)
            guard self.repeat else { continue }
            let second = try await session(on: model)
            guard first == second else {
                throw CommandFailure(.testFailed, "the two runs differ: \(first.digest) and \(second.digest)")
            }
            Terminal.progress("both runs are the same, to the byte")
        }
    }

    /// Boots guests until all calls are made.
    private func session(on model: ProcessorModel) async throws -> FuzzRecord {
        let kernel = try Locations.kernel(options.kernel)
        var total = FuzzRecord()
        var seconds = 0.0
        var round: UInt64 = 0
        while total.calls < calls {
            let plan = FuzzPlan(
                seed: seed &+ round, calls: max(calls - total.calls, 1), domains: domains, vcpus: vcpus)
            let (record, result) = try await boot(plan, kernel, model, before: total.calls)
            seconds += result.seconds
            total.add(record)
            try judge(record, result, plan)
            round += 1
        }
        report(total, seconds: seconds, rounds: round)
        return total
    }

    private func boot(
        _ plan: FuzzPlan, _ kernel: Locations.Kernel, _ model: ProcessorModel, before: Int
    ) async throws -> (FuzzRecord, MachineRun.Result) {
        let boot = try BootPlan(try plan.guests())
        let setup = MachineSetup(
            source: .guests(boot, commandLine: "checks=on audit=\(audit)"), kernel: kernel,
            memory: try boot.memory(asked: nil), processorCount: options.cpus, mainboard: options.machine ?? .q35,
            countsInstructions: !threads)
        let run = MachineRun(setup: setup, model: model, timeout: max(options.timeout, plan.calls / 500))
        Terminal.progress("seed \(plan.seed) on \(model.name) (\(model.summary))")
        var record = FuzzRecord()
        let result = try await run.run { raw, line in
            let reported = record.progress
            record.consume(raw, ConsoleLine(line))
            if console { Terminal.error(line) }
            if record.progress != reported { Terminal.progress("\(before + record.progress) of \(calls) calls") }
        }
        return (record, result)
    }

    /// A domain may crash: it is its own. The hypervisor may not, and has to have audited itself at the end.
    private func judge(_ record: FuzzRecord, _ result: MachineRun.Result, _ plan: FuzzPlan) throws {
        switch result.verdict {
        case .good, .domainFailed:
            if record.isAudited && record.calls > 0 { return }
            try fail(record, plan, .crash, record.calls > 0 ? "no audit was made" : "the guests made no calls")
        case .hypervisorFailed, .nothingStarted, .timedOut, .emulatorFailed:
            try fail(record, plan, result.verdict.exitStatus, result.verdict.message)
        }
    }

    private func fail(_ record: FuzzRecord, _ plan: FuzzPlan, _ status: ExitStatus, _ why: String) throws {
        for line in record.lastLines { Terminal.error(line) }
        let again =
            "apus fuzz --seed \(plan.seed) --calls \(plan.calls) --domains \(domains) --vcpus \(vcpus) --audit \(audit) --cpus \(options.cpus)"
        let how = threads ? "made with threads, so it may not happen again" : "again: \(again)"
        throw CommandFailure(status, "\(why)\n      \(how)")
    }

    private func report(_ total: FuzzRecord, seconds: Double, rounds: UInt64) {
        let rate = Int(Double(total.calls) / max(seconds, 0.001))
        let guests = rounds == 1 ? "" : ", \(rounds) boots as guests ended themselves"
        Terminal.error(
            """
            calls:   \(total.calls) (\(total.granted) were not refused), \(rate) a second\(guests)
            audits:  \(total.audits), all good
            console: \(total.digest)
            verdict: good
            """)
    }
}
