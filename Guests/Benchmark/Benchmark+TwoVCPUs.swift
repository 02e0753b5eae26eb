// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What goes between two virtual CPUs of the domain, measured by the first. The second is started for it, and ends with it.
func twoVCPUs(_ report: inout BenchmarkReport) {
    let guest = report.guest
    var there = EventChannelOperation.BindIPI(vcpu: 1)
    var back = EventChannelOperation.BindIPI(vcpu: 0)
    guard guest.hypercalls.eventChannel(.bindIPI, &there) == 0, guest.hypercalls.eventChannel(.bindIPI, &back) == 0,
        let ends = report.guest.pages.allocate(), let stack = report.guest.pages.allocate()
    else { return }
    Memory.store64(UInt64(back.port.rawValue), at: ends)
    Memory.store64(UInt64(there.port.rawValue), at: ends &+ 8)
    Memory.store64(guest.sharedInfo.address, at: ends &+ 16)
    let meeting = Meeting(outgoing: there.port, incoming: back.port, guest.sharedInfo, guest.hypercalls)
    guard
        SecondaryVCPU.initialize(1, argument: ends, stack: stack &+ Memory.pageSize, guest.hypercalls, { answer($0) })
            == 0, guest.hypercalls.vcpu(.up, 1) == 0
    else { return }
    meeting.wait()
    report.measure("event to another vCPU and back") { _ in
        meeting.send()
        meeting.wait()
    }
    _ = guest.hypercalls.vcpu(.down, 1)
}

/// The second virtual CPU's part: it tells that it runs, and sends back every event. Its ends of the two ports stand in a page.
private func answer(_ ends: UInt64) {
    func port(_ offset: UInt64) -> EventChannelPort {
        EventChannelPort(rawValue: UInt32(truncatingIfNeeded: Memory.load64(ends &+ offset)))
    }
    let meeting = Meeting(
        outgoing: port(0), incoming: port(8), SharedInfo(mappedAt: Memory.load64(ends &+ 16)), Hypercalls())
    meeting.send()
    while true {
        meeting.wait()
        meeting.send()
    }
}
