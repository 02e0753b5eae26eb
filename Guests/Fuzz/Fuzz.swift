// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Calls everything at random, with arguments that are good, wrong in one field, or wild, from all its vCPUs, until it has made the
/// calls that its command line asks for. All follows from a seed. The assembly calls it.
@c(guest_main)
public func fuzz(_ startInfo: UInt64) {
    var guest = Guest(startInfo: startInfo)
    let plan = Plan(guest)
    let ground = Ground(guest, vcpuCount: plan.vcpuCount)
    let tally = Tally(at: ground.tally)
    tally.clear()
    var fuzzer = Fuzzer(plan, ground, guest.hypercalls, vcpu: 0)
    ground.openWindow(&fuzzer.random)
    _ = guest.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: ground.grantTable)
    fuzzer.refillArrays()
    tally.noteReady(0)
    startOthers(plan, ground, &guest)
    while !tally.areReady(plan.vcpuCount) { guest.hypercalls.yield() }

    var reported: UInt64 = 0
    while true {
        for _ in 0..<64 { fuzzer.step() }
        wakeOthers(plan, guest.hypercalls)
        let sum = tally.sum(plan.vcpuCount)
        guard sum.calls < plan.calls else { break }
        if sum.calls &- reported >= max(plan.calls / 10, 10_000) {
            reported = sum.calls
            report(sum.calls, "# fuzz progress ", &guest.console)
        }
    }
    finish(tally, plan, &guest)
}

/// Starts the other vCPUs, each with a stack of four pages.
private func startOthers(_ plan: Plan, _ ground: Ground, _ guest: inout Guest) {
    for number in 1..<max(plan.vcpuCount, 1) {
        let start = ground.arguments(of: number)
        Memory.store(FurtherStart(plan: plan, ground: ground, number: number), at: start)
        var stack: UInt64 = 0
        for _ in 0..<4 { stack = guest.pages.allocate() ?? stack }
        _ = SecondaryVCPU.initialize(
            number, argument: start, stack: stack &+ Memory.pageSize, guest.hypercalls, fuzzFurther)
        _ = guest.hypercalls.vcpu(.up, number)
    }
}

/// What a further vCPU finds where its arguments will be.
private struct FurtherStart: BitwiseCopyable {
    let plan: Plan
    let ground: Ground
    let number: UInt64
}

/// A further vCPU fuzzes for as long as the domain exists.
private func fuzzFurther(_ argument: UInt64) {
    let start = Memory.load(argument, as: FurtherStart.self)
    var fuzzer = Fuzzer(start.plan, start.ground, Hypercalls(), vcpu: start.number)
    // One that is interrupted before it has loaded its descriptor tables ends the domain.
    fuzzer.tally.noteReady(start.number)
    while !fuzzer.tally.areReady(start.plan.vcpuCount) { fuzzer.hypercalls.yield() }
    fuzzer.refillArrays()
    while true { fuzzer.step() }
}

/// The others may have blocked, or been taken down by each other.
private func wakeOthers(_ plan: Plan, _ hypercalls: Hypercalls) {
    for number in 1..<max(plan.vcpuCount, 1) {
        _ = hypercalls.vcpu(.up, number)
        _ = hypercalls.vcpu(.sendNMI, number)
    }
    hypercalls.yield()
}

/// Says what was done, and ends the domain.
private func finish(_ tally: Tally, _ plan: Plan, _ guest: inout Guest) -> Never {
    for number in 1..<max(plan.vcpuCount, 1) { _ = guest.hypercalls.vcpu(.down, number) }
    let (sum, operations) = (tally.sum(plan.vcpuCount), tally.operations)
    report(sum.calls, "# fuzz calls ", &guest.console)
    report(sum.granted, "# fuzz granted ", &guest.console)
    report(operations.called, "# fuzz operations ", &guest.console)
    report(operations.granted, "# fuzz operations granted ", &guest.console)
    guest.console.write("# fuzz digest ")
    guest.console.write(hexadecimal: sum.digest)
    guest.console.endLine()
    guest.hypercalls.shutDown(.powerOff)
}

/// The line before may be unfinished: the calls of `console_io` write as well.
private func report(_ number: UInt64, _ what: StaticString, _ console: inout Console) {
    console.endLine()
    console.write(what)
    console.write(decimal: number)
    console.endLine()
}
