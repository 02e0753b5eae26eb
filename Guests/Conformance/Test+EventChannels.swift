// SPDX-License-Identifier: MIT
import CPU
import GuestKit
import XenInterface

extension Guest {
    /// Whether the guest runs as the control domain, where some answers differ.
    var isControlDomain: Bool { startInfo.flags & StartInfo.controlDomain != 0 }
}

extension Test {
    /// What `status` tells of a port, which is expected to exist.
    mutating func status(of port: EventChannelPort, line: UInt = #line) -> EventChannelOperation.Status {
        var call = EventChannelOperation.Status(domain: .caller, port: port)
        expect(hypercalls.eventChannel(.status, &call), is: 0, line: line)
        return call
    }

    /// The port of a virtual interrupt of vCPU 0, which is expected to be free. Close it afterwards.
    mutating func bind(_ interrupt: VirtualInterrupt, line: UInt = #line) -> EventChannelPort {
        var call = EventChannelOperation.BindVIRQ(virtualInterrupt: interrupt.rawValue, vcpu: 0)
        expect(hypercalls.eventChannel(.bindVIRQ, &call), is: 0, line: line)
        guest.sharedInfo.clearPending(call.port)
        return call.port
    }

    /// Closes a port and forgets its event.
    mutating func release(_ port: EventChannelPort, line: UInt = #line) {
        expect(hypercalls.close(port), is: 0, line: line)
        guest.sharedInfo.clearPending(port)
        guest.sharedInfo.mask(port)
        guest.vcpuInfo.clear()
    }

    /// Allocates ports until there are none left: how many in a row, from which on, and the answer that ended it.
    mutating func allocateAllPorts() -> (first: UInt32, count: UInt32, result: Int64) {
        var (first, count) = (0 as UInt32, 0 as UInt32)
        while true {
            var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: .caller)
            let result = hypercalls.eventChannel(.allocateUnbound, &call)
            guard result == 0, count < 1 << 18 else { return (first, count, result) }
            if count == 0 { first = call.port.rawValue }
            count += 1
        }
    }

    /// Calls `body` while events raise an interrupt on the vector that it gets. Interrupts are off meanwhile, but for
    /// those that `body` takes. The callback stays: a PVH guest cannot turn it off again.
    mutating func withCallback(line: UInt = #line, _ body: (inout Test, _ vector: UInt8) -> Void) {
        let vector: UInt8 = 0xF3
        guest.vcpuInfo.clear()
        Interrupts.acknowledge(vector, upcallPending: guest.vcpuInfo.upcallPendingAddress)
        expect(
            hypercalls.setParameter(.callbackInterrupt, to: EventCallback.vector(vector).rawValue), is: 0, line: line)
        body(&self, vector)
        guest.vcpuInfo.clear()
    }
}
