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

    /// `memory_op`.
    public func memory<Argument: BitwiseCopyable>(_ operation: MemoryOperation, _ argument: inout Argument) -> Int64 {
        call(.memoryOperation, operation.rawValue, &argument)
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

    /// `grant_table_op` on one element.
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
