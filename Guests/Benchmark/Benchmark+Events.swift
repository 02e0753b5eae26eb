// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Events that the guest sends to itself.
func events(_ report: inout BenchmarkReport) {
    var port = EventChannelOperation.BindIPI(vcpu: 0)
    guard report.guest.hypercalls.eventChannel(.bindIPI, &port) == 0 else { return }
    var send = EventChannelOperation.Send(port: port.port)
    report.measure("event_channel_op send") { guest in
        _ = guest.hypercalls.eventChannel(.send, &send)
    }
    var status = EventChannelOperation.Status(domain: .caller, port: port.port)
    report.measure("event_channel_op status") { guest in
        _ = guest.hypercalls.eventChannel(.status, &status)
    }
    sendWithUpcall(&report, port.port)
    report.guest.hypercalls.close(port.port)
}

/// The same with the port unmasked and the interrupt taken: the handler clears the upcall's byte, the rest is cleared here.
private func sendWithUpcall(_ report: inout BenchmarkReport, _ port: EventChannelPort) {
    let vector: UInt8 = 0xF3
    report.guest.vcpuInfo.clear()
    report.guest.sharedInfo.clearPending(port)
    Interrupts.acknowledge(vector, upcallPending: report.guest.vcpuInfo.upcallPendingAddress)
    let callback = EventCallback.vector(vector).rawValue
    guard report.guest.hypercalls.setParameter(.callbackInterrupt, to: callback) == 0 else { return }
    report.guest.sharedInfo.unmask(port)
    var send = EventChannelOperation.Send(port: port)
    let count = Interrupts.count(vector)
    report.measure("event_channel_op send, upcall taken") { guest in
        _ = guest.hypercalls.eventChannel(.send, &send)
        Processor.takeInterrupts()
        guest.vcpuInfo.clear()
        guest.sharedInfo.clearPending(port)
    }
    if Interrupts.count(vector) &- count < 1000 { report.guest.console.writeLine("# The upcalls did not come.") }
    report.guest.sharedInfo.mask(port)
}
