// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// Operations of `memory_op` that are not for domains whose memory is translated, or not for ordinary ones. Each has its own
/// order of checks, and guests see it in the errors.
extension VirtualMachineMonitor {
    /// `XENMEM_exchange`: other frames for one's own, when it matters where they lie. Translated memory lies nowhere in
    /// particular.
    func exchange(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.Exchange.self, at: pointer)
        let (input, output) = (arguments.input, arguments.output)
        guard input.extentOrder <= MemoryOperation.maximumOrder, output.extentOrder <= MemoryOperation.maximumOrder
        else { throw .operationNotPermitted }
        let inputOrder = UInt64(input.extentOrder)
        let outputOrder = UInt64(output.extentOrder)
        guard arguments.exchangedCount <= input.extentCount, input.domain == output.domain,
            input.extentCount <= UInt64.max &>> inputOrder, output.extentCount <= UInt64.max &>> outputOrder,
            input.extentCount &<< inputOrder == output.extentCount &<< outputOrder
        else { throw .invalidArgument }
        guard arguments.exchangedCount < input.extentCount else { return }
        try requireOwn(input.domain, call)
        throw .notSupported
    }

    /// `XENMEM_machphys_mfn_list`: where the table lies that leads from frames of the machine to a guest's. There is none.
    func listMachineToPhysical(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(MemoryOperation.MachineToPhysicalList.self, at: pointer)
        arguments.extentCount = 0
        try call.write(arguments, at: pointer)
    }

    /// `XENMEM_reserved_device_memory_map`: the memory that devices have for themselves. Guests have no such devices.
    func listReservedDeviceMemory(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(MemoryOperation.ReservedDeviceMemoryMap.self, at: pointer)
        guard arguments.flags & ~1 == 0 else { throw .invalidArgument }
        arguments.entryCount = 0
        try call.write(arguments, at: pointer)
    }

    /// `XENMEM_set_pod_target` and `XENMEM_get_pod_target`: memory that a domain gets as it touches it.
    func populateOnDemand(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.PopulateOnDemandTarget.self, at: pointer)
        try requireOwn(arguments.domain, call, control: .invalidArgument)
        throw .operationNotPermitted
    }

    /// `XENMEM_access_op`: what a domain may do with its pages, as another one decides.
    func accessOperation(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.AccessOperation.self, at: pointer)
        throw refusalOfOther(arguments.domain, call)
    }

    /// `XENMEM_claim_pages`: memory set aside for a domain that is to be built.
    func claimPages(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.Reservation.self, at: pointer)
        guard arguments.extentStart == 0, arguments.extentOrder == 0, arguments.flags == 0,
            arguments.domain != .caller,
            arguments.domain == .control || domain(arguments.domain, for: call.domain) != nil
        else { throw .invalidArgument }
        throw .operationNotPermitted
    }
}

extension MemoryOperation {
    /// The largest extent that an ordinary domain may ask for: 2 to this power frames.
    static var maximumOrder: UInt32 { 9 }
}
