// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// One vCPU that makes hypercalls at random.
struct Fuzzer {
    let ground: Ground
    let hypercalls: Hypercalls
    let vcpu: UInt64
    let tally: Tally
    let values: Values
    var random: Randomness

    init(_ plan: Plan, _ ground: Ground, _ hypercalls: Hypercalls, vcpu: UInt64) {
        self.ground = ground
        self.hypercalls = hypercalls
        self.vcpu = vcpu
        tally = Tally(at: ground.tally)
        values = Values(ground: ground, vcpu: vcpu, own: plan.own, peer: plan.peer)
        random = Randomness(seed: plan.seed &* 0x1_0001 &+ plan.own &* 256 &+ vcpu)
    }

    /// Does one thing: mostly a hypercall.
    mutating func step() {
        switch random.below(64) {
        case 0: touch()
        case 1: writeGrants()
        case 2: restore()
        case 3: refillArrays()
        default: call()
        }
    }

    /// Makes a call, and counts it.
    private mutating func call() {
        let operation = Operation.any(&random)
        guard allows(operation) else { return }
        let is64Bit = !random.oneIn(8)
        let arguments = arguments(of: operation, slot: 0, is64Bit: is64Bit)
        let result: Int64 =
            if !is64Bit {
                hypercalls.callFromCompatibilityMode(
                    operation.number, arguments.0, arguments.1, arguments.2, random.wild())
            } else if vcpu == 0, random.oneIn(64),
                let number = operation.hypercall
            {
                hypercalls.callFromUserMode(number, arguments.0, arguments.1)
            } else {
                hypercalls.call(operation.number, arguments.0, arguments.1, arguments.2, random.wild())
            }
        tally.note(result, of: operation, by: vcpu)
    }

    /// The first vCPU keeps the others going, so it must not stop.
    private func allows(_ operation: Operation) -> Bool {
        guard operation.hypercall == .schedulerOperation else { return true }
        // Any reason is one to shut down for, and a watchdog may end the domain at once.
        switch SchedulerOperation(rawValue: UInt32(truncatingIfNeeded: operation.operation)) {
        case .shutdown, .watchdog: return false
        case .block: return vcpu != 0
        default: return true
        }
    }

    /// Reads from the ground, or from where there is no memory.
    private mutating func touch() {
        let address = random.oneIn(2) ? values.frame(&random) &<< 12 : 0xF000_0000 &+ random.below(64) &<< 12
        _ = Memory.load64(address &+ random.below(512) &* 8)
    }

    /// Writes entries of the grant table, wherever its first frame is now.
    private mutating func writeGrants() {
        for _ in 0..<4 {
            let entry = ground.grantTable &+ (8 &+ random.below(48)) &* 8
            let flags: UInt64 = random.oneIn(8) ? random.next() & 0xFFFF : random.oneIn(4) ? 5 : 1
            let frame = random.oneIn(8) ? values.wildFrame(&random) : values.frame(&random)
            let user = values.domain(&random)
            Memory.store64(flags | user &<< 16 | frame &<< 32, at: entry)
        }
    }

    /// Puts the special pages back to where they belong.
    private mutating func restore() {
        _ = hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: ground.sharedInfo)
        _ = hypercalls.addToPhysicalMap(.grantTable, index: 0, at: ground.grantTable)
    }

    /// Fills the vCPU's arrays with frames, ports and the like, in both word sizes.
    mutating func refillArrays() {
        let start = ground.arguments(of: vcpu) &+ 2 * Memory.pageSize
        for index in 0..<512 as Range<UInt64> {
            var value = random.oneIn(16) ? values.wildFrame(&random) : values.frame(&random)
            // Callers of the other word size take the halves for frames.
            if index % 2 == 1 { value = value &<< 32 | values.frame(&random) }
            if value &>> 32 != 0 && value &>> 32 < ground.firstFrame { value &= 0xFFFF_FFFF }
            Memory.store64(max(value, ground.firstFrame), at: start &+ index &* 8)
        }
    }
}
