// SPDX-License-Identifier: MIT
import XenInterface

/// What nearly every guest does, in one line each.
extension Hypercalls {
    /// Puts a special page at the guest-physical address `address`, which must be a multiple of 4096.
    public func addToPhysicalMap(_ space: PhysicalMapSpace, index: UInt64, at address: UInt64) -> Int64 {
        var call = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: space.rawValue, index: index, guestFrame: address >> 12)
        return memory(.addToPhysicalMap, &call)
    }

    /// Reads a parameter of the domain; `nil` when the hypervisor refuses.
    public func parameter(_ parameter: HVMParameter) -> UInt64? {
        var call = HVMOperation.Parameter(domain: .caller, index: parameter.rawValue)
        return hvm(.getParameter, &call) == 0 ? call.value : nil
    }

    /// Sets a parameter of the domain.
    public func setParameter(_ parameter: HVMParameter, to value: UInt64) -> Int64 {
        var call = HVMOperation.Parameter(domain: .caller, index: parameter.rawValue, value: value)
        return hvm(.setParameter, &call)
    }

    /// Raises an event on the other end of `port`.
    @discardableResult
    public func send(_ port: EventChannelPort) -> Int64 {
        var call = EventChannelOperation.Send(port: port)
        return eventChannel(.send, &call)
    }

    /// Closes `port`.
    @discardableResult
    public func close(_ port: EventChannelPort) -> Int64 {
        var call = EventChannelOperation.Close(port: port)
        return eventChannel(.close, &call)
    }

    /// Ends the domain, and does not come back.
    public func shutDown(_ reason: ShutdownReason) -> Never {
        var call = SchedulerOperation.Shutdown(reason: reason.rawValue)
        _ = scheduler(.shutdown, &call)
        while true { Processor.waitForInterrupt() }
    }
}
