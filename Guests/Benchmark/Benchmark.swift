// SPDX-License-Identifier: MIT
import CPU
import GuestKit
import XenInterface

/// What the hypervisor's services cost. The assembly calls it.
///
/// Each line gives an operation's least number of ticks of the TSC over 1,000 tries, less those of measuring nothing.
/// In an emulator that advances the TSC by one for each instruction, ticks are instructions. Two domains run the same
/// program: one measures, the other, with `role=2` on its command line, answers it. Where there is a second virtual CPU,
/// only what goes between the two is measured.
@c(guest_main)
public func benchmark(_ startInfo: UInt64) {
    let guest = Guest(startInfo: startInfo)
    if let peer = guest.peer, guest.option("role") == 2 { answer(peer, guest) }
    var report = BenchmarkReport(guest: guest)
    if guest.hypercalls.vcpu(.isUp, 1) == 0 {
        twoVCPUs(&report)
        guest.hypercalls.shutDown(.powerOff)
    }
    let peer = guest.peer
    let meeting = peer.flatMap { Meeting(offering: $0, guest) }
    meeting?.wait()
    processorExits(&report)
    hypercallsWithoutMemory(&report)
    hypercallsWithMemory(&report)
    events(&report)
    batches(&report)
    if let peer, let meeting { twoDomains(&report, peer, meeting) }
    report.guest.hypercalls.shutDown(.powerOff)
}

private func processorExits(_ report: inout BenchmarkReport) {
    report.measure("CPUID") { _ in _ = Processor.identify(0x4000_0001) }
    report.measure("RDMSR APIC_BASE") { _ in _ = cpu_read_msr(0x1B) }
    report.measure("local APIC read") { _ in _ = Memory.load32(0xFEE0_0030) }
    report.measure("port read 0x61") { _ in _ = Port.read8(0x61) }
    // The version register of the local APIC; where its page is not there, memory reads as ones.
    let version: UInt64 = 0xFEE0_0030
    guard Memory.load32(version) != UInt32.max else { return }
    report.measure("local APIC read, memory") { _ in _ = Memory.load32(version) }
}

private func hypercallsWithoutMemory(_ report: inout BenchmarkReport) {
    report.measure("null hypercall") { guest in _ = guest.hypercalls.call(.xenVersion) }
    report.measure("console_io of 0 bytes") { guest in _ = guest.hypercalls.call(.consoleIO, 0, 0, 0) }
    report.measure("sched_op yield") { guest in guest.hypercalls.yield() }
}

private func hypercallsWithMemory(_ report: inout BenchmarkReport) {
    guard let page = report.guest.pages.allocate() else { return }
    let extraVersion = UInt64(XenVersionOperation.extraVersion.rawValue)
    report.measure("xen_version extraversion") { guest in
        _ = guest.hypercalls.call(.xenVersion, extraVersion, page)
    }
    var domain = DomainIdentifier.caller
    report.measure("memory_op copy-in") { guest in
        _ = guest.hypercalls.memory(.maximumGuestFrame, &domain)
    }
    var size = GrantTableOperation.QuerySize(domain: .caller)
    report.measure("grant_table_op query_size") { guest in
        _ = guest.hypercalls.grantTable(.querySize, &size)
    }
}

private func batches(_ report: inout BenchmarkReport) {
    var call = MulticallEntry()
    call.operation = UInt64(HypercallNumber.xenVersion.rawValue)
    guard let list = report.guest.pages.allocate() else { return }
    for index in UInt64(0)..<16 { Memory.store(call, at: list &+ index &* UInt64(MemoryLayout<MulticallEntry>.size)) }
    guard report.guest.hypercalls.call(.multicall, list, 16) == 0 else { return }
    report.measure("multicall of 16") { guest in _ = guest.hypercalls.call(.multicall, list, 16) }
}
