// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercalls 7, 35 and 36, `platform_op`, `sysctl` and `domctl`: for the control domain only. The version in the structure
    /// is looked at before that.
    func controlOperation(_ call: Hypercall, version: UInt32) throws(XenError) -> Int64 {
        let header = try call.read(ControlOperationHeader.self, at: call.argument1)
        throw header.version == version ? .operationNotPermitted : .permissionDenied
    }

    /// Hypercall 41, `dm_op`: what a device model does to the domain that it serves. The first argument is the domain, the second
    /// the number of buffers, the third their list. (Xen public header `hvm/dm_op.h`)
    func deviceModelOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let count = UInt32(truncatingIfNeeded: call.argument2)
        guard count <= 2 else { throw .argumentListTooLong }
        guard count > 0 else { throw .noData }
        _ = try call.readLong(at: call.argument3, index: UInt64(count) &* 2 &- 1)
        throw refusalOfOther(DomainIdentifier(rawValue: UInt16(truncatingIfNeeded: call.argument1)), call)
    }

    /// Hypercall 26, `mmuext_op`: page tables of classic paravirtualised guests. The fourth argument is the domain whose pages
    /// are meant.
    func mmuExtendedOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let identifier = DomainIdentifier(rawValue: UInt16(truncatingIfNeeded: call.argument4))
        guard identifier != call.domain.identifier else { throw .noSuchProcess }
        try requireOwn(identifier, call)
        throw .invalidArgument
    }
}
