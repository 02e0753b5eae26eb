// SPDX-License-Identifier: MIT
import XenInterface

/// The hypercalls by name. Each answers a value or a negated `XenError`.
extension Hypercalls {
    /// `event_channel_op`.
    public func eventChannel<Argument: GuestStructure>(
        _ operation: EventChannelOperation, _ argument: inout Argument
    ) -> Int64 {
        call(.eventChannelOperation, operation.rawValue, &argument)
    }

    /// `memory_op`; with a place, as a call that goes on where one was interrupted.
    public func memory<Argument: BitwiseCopyable>(
        _ operation: MemoryOperation, _ argument: inout Argument, from place: UInt64 = 0
    ) -> Int64 {
        Memory.withAddress(of: &argument) { call(.memoryOperation, place << 6 | UInt64(operation.rawValue), $0) }
    }

    /// `sched_op` with an argument.
    public func scheduler<Argument: GuestStructure>(
        _ operation: SchedulerOperation, _ argument: inout Argument
    ) -> Int64 {
        call(.schedulerOperation, operation.rawValue, &argument)
    }

    /// `hvm_op`.
    public func hvm<Argument: GuestStructure>(_ operation: HVMOperation, _ argument: inout Argument) -> Int64 {
        call(.hvmOperation, operation.rawValue, &argument)
    }

    /// `xen_version` with a buffer.
    public func version<Argument: BitwiseCopyable>(
        _ operation: XenVersionOperation, _ argument: inout Argument
    ) -> Int64 {
        call(.xenVersion, operation.rawValue, &argument)
    }

    /// `vcpu_op` with an argument.
    public func vcpu<Argument: GuestStructure>(
        _ operation: VCPUOperation, _ vcpu: UInt64, _ argument: inout Argument
    ) -> Int64 {
        Memory.withAddress(of: &argument) {
            call(.vcpuOperation, UInt64(operation.rawValue), vcpu, $0)
        }
    }

    /// `vcpu_op` without an argument.
    public func vcpu(_ operation: VCPUOperation, _ vcpu: UInt64) -> Int64 {
        call(.vcpuOperation, UInt64(operation.rawValue), vcpu)
    }

    /// `grant_table_op` on one element with a status.
    public func grantTable<Element: GrantElement>(_ operation: GrantTableOperation, _ element: inout Element) -> Int64 {
        let result = Memory.withAddress(of: &element) {
            call(.grantTableOperation, UInt64(operation.rawValue), $0, 1)
        }
        if result == 0 { note(GrantStatus(rawValue: element.status), of: operation) }
        return result
    }

    /// Notes the status that an element of a call has got.
    public func note(_ status: GrantStatus?, of operation: GrantTableOperation) {
        answers?.note(
            UInt64(HypercallNumber.grantTableOperation.rawValue), UInt64(operation.rawValue),
            Int64(status?.rawValue ?? 1),
            ofElement: true)
    }

    /// Notes the result that an element of a list has got, for a hypercall or an operation that takes lists.
    public func note(elementResult result: Int64, of number: HypercallNumber, _ operation: UInt32 = 0) {
        answers?.note(UInt64(number.rawValue), UInt64(operation), result, ofElement: true)
    }

    /// `grant_table_op` on one structure.
    public func grantTable<Argument: GuestStructure>(
        _ operation: GrantTableOperation, _ argument: inout Argument
    ) -> Int64 {
        Memory.withAddress(of: &argument) {
            call(.grantTableOperation, UInt64(operation.rawValue), $0, 1)
        }
    }

    /// `sched_op` yield.
    @discardableResult
    public func yield() -> Int64 {
        call(.schedulerOperation, UInt64(SchedulerOperation.yield.rawValue))
    }
}
