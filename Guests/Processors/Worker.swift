// SPDX-License-Identifier: MIT
import Architecture
import CPU
import GuestKit
import Instructions
import XenInterface

/// What another vCPU of the guest is told to do. It has a slot of 64 bytes in a page that all share: a job, its argument, and what it
/// tells of itself.
struct Worker {
    /// Its number.
    let number: UInt64
    private let slot: UInt64

    /// What it can do.
    enum Job: UInt64 {
        /// Nothing: it waits for a job.
        case none
        /// Adds 1 to the word at the argument, 100,000 times.
        case count
        /// Makes 2,000 hypercalls, and counts those that go wrong.
        case call
        /// Halts until an interrupt arrives on the vector of the argument.
        case halt
        /// Polls the port of the argument.
        case poll
        /// Reads the time for as long as the job stands, and counts when it was earlier than another had read it.
        case watchTime
        /// Writes to the page of the argument for as long as the job stands, and counts how often.
        case write
        /// Counts for as long as the job stands.
        case run
    }

    /// A word that is 1 while the workers are told to stop what they would do for ever.
    static let stopWord: UInt64 = 0x9000
    /// The latest time that anybody has read.
    static let timeWord: UInt64 = 0x9008
    private static let slots: UInt64 = 0x9400

    /// The slot of a vCPU.
    init(_ number: UInt64) {
        self.number = number
        slot = Worker.slots &+ number &* 64
    }

    /// Whether it has started, as many times.
    var startCount: UInt64 { Memory.load64(slot &+ 24) }
    /// What the job counts.
    var result: UInt64 { Memory.load64(slot &+ 16) }
    /// Whether it has done its job.
    var isDone: Bool { Memory.load64(slot) == Job.none.rawValue }

    /// Gives it a job.
    func begin(_ job: Job, _ argument: UInt64 = 0) {
        Memory.store64(0, at: slot &+ 16)
        Memory.store64(argument, at: slot &+ 8)
        Memory.store64(job.rawValue, at: slot)
    }

    /// Notes that it has started.
    func noteStart() { _ = guest_fetch_add(slot &+ 24, 1) }
    /// The job that it has been given.
    var job: Job { Job(rawValue: Memory.load64(slot)) ?? .none }
    /// The job's argument.
    var argument: UInt64 { Memory.load64(slot &+ 8) }
    /// Adds to what the job counts.
    func add(_ count: UInt64 = 1) { _ = guest_fetch_add(slot &+ 16, count) }
    /// Tells that it is done.
    func finish() { Memory.store64(Job.none.rawValue, at: slot) }
    /// Whether a job that would go on for ever is to end.
    var mustStop: Bool { Memory.load64(Worker.stopWord) != 0 }
}

/// Where another vCPU enters Swift.
@c(guest_processor_main)
public func processorMain(_ number: UInt64) {
    let worker = Worker(number)
    let hypercalls = Hypercalls()
    LocalAPICRegister.turnOnX2APIC()
    worker.noteStart()
    while true {
        while worker.isDone { hypercalls.yield() }
        worker.work(hypercalls)
        Processor.disableInterrupts()
        worker.finish()
    }
}

extension Worker {
    /// Does its job, with interrupts on: Bochs does not let a physical interrupt end the run of a guest that has them off.
    fileprivate func work(_ hypercalls: Hypercalls) {
        if job != .halt { Processor.enableInterrupts() }
        switch job {
        case .none: break
        case .count: for _ in 0..<100_000 { _ = guest_fetch_add(argument, 1) }
        case .call: for _ in 0..<2_000 where hypercalls.call(.xenVersion, 0) >> 16 != 4 { add() }
        case .halt: halt(until: UInt8(truncatingIfNeeded: argument))
        case .poll: poll(hypercalls)
        case .watchTime: while !mustStop { watchTime() }
        case .write:
            while !mustStop {
                Memory.store64(0xBAD0_BAD0, at: argument)
                add()
            }
        case .run: while !mustStop { add() }
        }
    }

    private func halt(until vector: UInt8) {
        _ = Probe.writeMSR(LocalAPICRegister.spurious, 0x1FF)
        let count = Interrupts.count(vector)
        add()
        while Interrupts.count(vector) == count { Processor.waitForInterrupt() }
        _ = Probe.writeMSR(LocalAPICRegister.endOfInterrupt, 0)
    }

    private func poll(_ hypercalls: Hypercalls) {
        var port = UInt32(truncatingIfNeeded: argument)
        add()
        Memory.withAddress(of: &port) { ports in
            var arguments = SchedulerOperation.Poll(ports: ports, portCount: 1, timeout: 0)
            if hypercalls.scheduler(.poll, &arguments) == 0 { add() }
        }
    }

    /// Whoever reads the time later must not read an earlier one.
    private func watchTime() {
        let latest = Memory.load64(Worker.timeWord)
        let now = VCPUTimeInfo.now(of: number)
        if now < latest { add() }
        // A later one may be overwritten by an earlier: then the test is only less strict.
        if now > Memory.load64(Worker.timeWord) { Memory.store64(now, at: Worker.timeWord) }
    }
}

/// Registers of the local APIC in x2APIC mode.
enum LocalAPICRegister {
    static let endOfInterrupt: UInt32 = 0x80B
    static let spurious: UInt32 = 0x80F
    static let command: UInt32 = 0x830
    /// APIC_BASE, which has the mode in bits 11:10.
    private static let base: UInt32 = 0x1B

    /// Changes this vCPU's local APIC to x2APIC mode; a vCPU starts in xAPIC mode.
    static func turnOnX2APIC() {
        _ = Probe.writeMSR(base, cpu_read_msr(base) | 0xC00)
    }
}

extension VCPUTimeInfo {
    /// The address of the shared info page, which holds the clocks of the first vCPUs.
    static let sharedInfoWord: UInt64 = 0x9010

    /// The system time by the clock of a vCPU.
    static func now(of vcpu: UInt64) -> UInt64 {
        VCPUInfo(at: Memory.load64(sharedInfoWord) &+ vcpu &* 64).time.now
    }
}
