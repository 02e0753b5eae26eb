// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

@testable import Hypervisor

/// Event channel calls, as a guest makes them.
extension TestGuest {
    /// Opens a port that the other domain may bind to.
    func openPort(for remote: DomainIdentifier) throws -> UInt32 {
        var arguments = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: remote)
        _ = try call(.eventChannelOperation, EventChannelOperation.allocateUnbound.rawValue, &arguments)
        return arguments.port.rawValue
    }

    /// Opens a port by which a virtual CPU is interrupted.
    func openInterprocessor(vcpu: UInt32 = 0) throws -> UInt32 {
        var arguments = EventChannelOperation.BindIPI(vcpu: vcpu)
        _ = try call(.eventChannelOperation, EventChannelOperation.bindIPI.rawValue, &arguments)
        return arguments.port.rawValue
    }

    /// Binds a new port to another domain's; returns it with the result of the call.
    func bind(to remote: DomainIdentifier, port: UInt32) throws -> (result: Int64, port: UInt32) {
        var arguments = EventChannelOperation.BindInterdomain(
            remoteDomain: remote, remotePort: EventChannelPort(rawValue: port))
        let result = try call(.eventChannelOperation, EventChannelOperation.bindInterdomain.rawValue, &arguments)
        return (result, arguments.localPort.rawValue)
    }

    func send(_ port: UInt32) throws -> Int64 {
        let arguments = EventChannelOperation.Send(port: EventChannelPort(rawValue: port))
        return try call(.eventChannelOperation, EventChannelOperation.send.rawValue, arguments)
    }

    func close(_ port: UInt32) throws -> Int64 {
        let arguments = EventChannelOperation.Close(port: EventChannelPort(rawValue: port))
        return try call(.eventChannelOperation, EventChannelOperation.close.rawValue, arguments)
    }

    func status(of port: UInt32) throws -> EventChannelOperation.Status {
        var arguments = EventChannelOperation.Status(domain: .caller, port: EventChannelPort(rawValue: port))
        _ = try call(.eventChannelOperation, EventChannelOperation.status.rawValue, &arguments)
        return arguments
    }

    func isPending(_ port: UInt32) -> Bool { domain.sharedInfo.isPending(port) }

    func isMasked(_ port: UInt32) -> Bool { domain.sharedInfo.isMasked(port) }

    /// Sets or clears the mask bit of a port, as the guest does it by itself.
    func setMask(_ port: UInt32, _ isMasked: Bool) {
        let place = domain.sharedInfo.frame.address.advanced(
            by: UInt64(domain.sharedInfo.layout.eventMask) + UInt64(port / 32) * 4)
        let bit: UInt32 = 1 << (port % 32)
        let word = PhysicalMemory.read(UInt32.self, at: place)
        PhysicalMemory.write(isMasked ? word | bit : word & ~bit, at: place)
    }

    /// Clears the upcall flag, the selector and the pending bit of a port, as a guest's handler does.
    func acknowledge(_ port: UInt32) {
        if let info = vcpu.info { PhysicalMemory.write((UInt64(0), UInt64(0)), at: info) }
        domain.sharedInfo.clearPending(port)
    }
}
