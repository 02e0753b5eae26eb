// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 24, `vcpu_op`: a virtual CPU of the caller's own domain. (Xen public header `vcpu.h`)
    func vcpuOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        guard let vcpu = call.domain.vcpu(UInt32(truncatingIfNeeded: call.argument2)) else { throw .noSuchEntry }
        switch VCPUOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .initialize: try initialize(vcpu, call)
        case .up: try bringUp(vcpu)
        case .down: takeDown(vcpu)
        case .isUp: return vcpu.isUp ? 1 : 0
        case .getRunstateInfo: try call.write(vcpu.runstate.current(at: clock.now), at: call.argument3)
        case .registerRunstateArea: try registerRunstateArea(vcpu, call)
        case .setPeriodicTimer: try setPeriodicTimer(vcpu, call)
        case .stopPeriodicTimer: vcpu.timers.periodic = .max
        case .setSingleshotTimer: try setSingleshotTimer(vcpu, call)
        case .stopSingleshotTimer:
            guard vcpu === call.vcpu else { throw .invalidArgument }
            vcpu.timers.singleshot = .max
        case .registerVCPUInfo: try registerInfo(vcpu, call)
        case .sendNMI:
            vcpu.pending.insert(.nonMaskableInterrupt)
            vcpu.wake()
        case .registerVCPUTimeArea: try registerTimeArea(vcpu, call)
        case .getPhysicalIdentifier: throw .invalidArgument
        case nil: throw .notImplemented
        }
        return 0
    }

    /// The place for `vcpu_info`: 64 bytes that do not cross a page of the domain's own memory. Once only, and for another
    /// virtual CPU only while that is down.
    private func registerInfo(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        let arguments = try call.read(VCPUOperation.RegisterVCPUInfo.self, at: call.argument3)
        guard arguments.offset <= UInt32(frameSize) - 64, arguments.offset & 7 == 0 else {
            throw .noSuchDeviceOrAddress
        }
        guard !vcpu.hasRegisteredInfo, vcpu === call.vcpu || !vcpu.isUp else { throw .invalidArgument }
        let held = try call.domain.hold(arguments.guestFrame)
        let place = held.address.advanced(by: UInt64(arguments.offset))
        vcpu.registeredInfo = consume held
        vcpu.hasRegisteredInfo = true
        vcpu.moveInfo(to: place, clock: clock)
    }

    /// The place for a copy of the run state, by linear address: translated now, as the guest's address space may be another
    /// when it is written. An address that leads nowhere is no error, but nothing is written either.
    private func registerRunstateArea(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        let arguments = try call.read(VCPUOperation.RegisterArea.self, at: call.argument3)
        let size = call.is64Bit ? MemoryLayout<RunstateInfo>.size : MemoryLayout<RunstateInfo.Compat>.size
        vcpu.runstate.area = area(at: arguments.address, size: UInt64(size), call)
        publishRunstate(of: vcpu)
    }

    /// The place for a second copy of the time record, which user code may read; address 0 takes it away. The record never
    /// changes, so it is written once.
    private func registerTimeArea(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        let arguments = try call.read(VCPUOperation.RegisterArea.self, at: call.argument3)
        let place = area(at: arguments.address, size: UInt64(MemoryLayout<VCPUTimeInfo>.size), call)
        var time = clock.timeInfo
        time.version = 2
        place?.write(time, in: call.domain.physicalMap.tables)
    }

    private func area(at address: UInt64, size: UInt64, _ call: Hypercall) -> GuestArea? {
        guard address != 0 else { return nil }
        let start = GuestLinearAddress(address)
        let firstCount = min(frameSize &- start.offset, size)
        let space = call.memory.space
        guard let first = space.translate(start, forWriting: true, in: call.domain.physicalMap.tables),
            let second = space.translate(
                start.advanced(by: firstCount), forWriting: true, in: call.domain.physicalMap.tables)
                ?? (firstCount == size ? first : nil)
        else { return nil }
        return GuestArea(first: first, firstCount: firstCount, second: second)
    }
}
