// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// Another vCPU of the guest, which does one thing again and again while the first one makes its calls.
///
/// The two share a page of words: 0 what it is to do, 1 what it is doing, 2 how often it has done it, 3 to 5 arguments; from byte
/// 256 on the hypercalls to make, four words each.
struct Racer {
    private let page: UInt64

    private enum Job: UInt64 {
        case wait
        /// Writes two values in turn to the address of the first argument.
        case alternate
        /// Makes the hypercalls of the list, as many as the first argument says.
        case call
    }

    /// One of the calls that a racer makes: its number and three arguments.
    struct Call {
        var number: HypercallNumber
        var operation: UInt32
        var argument: UInt64
        var count: UInt64

        init(_ number: HypercallNumber, _ operation: UInt32, _ argument: UInt64, count: UInt64 = 0) {
            (self.number, self.operation, self.argument, self.count) = (number, operation, argument, count)
        }

        /// No call: hands 32 bits on that one call has answered and the next one takes.
        static func copy(_ source: UInt64, to destination: UInt64) -> Call {
            Call(.unassigned, 0, source, count: destination)
        }
    }

    private static var calls: UInt64 { 256 }

    /// Starts a vCPU that was not started before. Nil when that fails.
    init?(_ number: UInt64, of guest: inout Guest) {
        guard let page = guest.pages.allocate(), let stack = guest.pages.allocate() else { return nil }
        self.page = page
        let hypercalls = guest.hypercalls
        let result = SecondaryVCPU.initialize(
            number, argument: page, stack: stack &+ Memory.pageSize, hypercalls
        ) { Racer.run($0) }
        guard result == 0, hypercalls.vcpu(.up, number) == 0 else { return nil }
    }

    /// How often it has done what it was told to do.
    var rounds: UInt64 { Memory.load64(page &+ 16) }

    /// Whether it has nothing to do, or has done it some times.
    var hasRaced: Bool { Memory.load64(page) == Job.wait.rawValue || rounds > 10 }

    /// Has it write two values in turn to an address.
    func alternate(_ address: UInt64, _ first: UInt64, _ second: UInt64) {
        Memory.store64(address, at: page &+ 24)
        Memory.store64(first, at: page &+ 32)
        Memory.store64(second, at: page &+ 40)
        begin(.alternate)
    }

    /// Has it make some hypercalls, one after the other, from the beginning again and again.
    func make<let count: Int>(_ calls: InlineArray<count, Call>) {
        for index in 0..<count {
            let place = page &+ Racer.calls &+ UInt64(index) &* 32
            Memory.store64(UInt64(calls[index].number.rawValue), at: place)
            Memory.store64(UInt64(calls[index].operation), at: place &+ 8)
            Memory.store64(calls[index].argument, at: place &+ 16)
            Memory.store64(calls[index].count, at: place &+ 24)
        }
        Memory.store64(UInt64(count), at: page &+ 24)
        begin(.call)
    }

    /// Has it stop, and waits until it has.
    func stop(_ hypercalls: Hypercalls) {
        Memory.store64(Job.wait.rawValue, at: page)
        _ = guest_fetch_add(page, 0)
        while Memory.load64(page &+ 8) != Job.wait.rawValue { hypercalls.yield() }
    }

    private func begin(_ job: Job) {
        Memory.store64(0, at: page &+ 16)
        Memory.store64(job.rawValue, at: page)
    }

    /// What it does all the time. It says what it is about to do and looks again whether it still should: whoever tells it to stop
    /// writes first and looks afterwards. Interrupts are on: Bochs lets no physical one end the run of a guest that has them off.
    private static func run(_ page: UInt64) {
        let hypercalls = Hypercalls()
        Processor.enableInterrupts()
        while true {
            let job = Memory.load64(page)
            Memory.store64(job, at: page &+ 8)
            _ = guest_fetch_add(page &+ 16, job == Job.wait.rawValue ? 0 : 1)
            guard Memory.load64(page) == job else { continue }
            switch Job(rawValue: job) {
            case .alternate: writeInTurn(page)
            case .call: makeCalls(page, hypercalls)
            case .wait, nil: break
            }
            hypercalls.yield()
        }
    }

    private static func writeInTurn(_ page: UInt64) {
        let address = Memory.load64(page &+ 24)
        for _ in 0..<50 {
            Memory.store64(Memory.load64(page &+ 32), at: address)
            Memory.store64(Memory.load64(page &+ 40), at: address)
        }
        // On one processor the turn ends here: now with the one value, now with the other.
        if Memory.load64(page &+ 16) & 1 == 0 { Memory.store64(Memory.load64(page &+ 32), at: address) }
    }

    private static func makeCalls(_ page: UInt64, _ hypercalls: Hypercalls) {
        for index in 0..<Memory.load64(page &+ 24) {
            let place = page &+ calls &+ index &* 32
            let (number, operation) = (Memory.load64(place), Memory.load64(place &+ 8))
            let (argument, count) = (Memory.load64(place &+ 16), Memory.load64(place &+ 24))
            if number == UInt64(HypercallNumber.unassigned.rawValue) {
                Memory.store32(Memory.load32(argument), at: count)
            } else {
                _ = hypercalls.call(number, operation, argument, count)
            }
        }
    }
}

extension Test {
    /// Calls `body` so many times, and then until the others have done some rounds: which may take its time, where all share one
    /// processor. Has them stop afterwards.
    mutating func race(
        _ racers: Racers, _ count: Int, line: UInt = #line, _ body: (inout Test) -> Void
    ) {
        let end = guest.now &+ 60_000_000_000
        var done = 0
        while done < count || (!racers.haveRaced && guest.now < end) {
            body(&self)
            hypercalls.yield()
            done += 1
        }
        expect(racers.haveRaced, line: line)
        racers.stop(hypercalls)
    }
}
