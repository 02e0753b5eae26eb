// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// A hypercall being handled: who calls, with which arguments, and the caller's memory.
///
/// 64-bit callers pass arguments in RDI, RSI, RDX, R10 and R8; 32-bit callers in EBX, ECX, EDX, ESI and EDI. (Xen public
/// header `arch-x86/xen-x86_64.h` and `xen-x86_32.h`)
@safe
struct Hypercall {
    // SAFETY: the monitor's circle of virtual CPUs holds the caller for longer than the call lasts. Counting references here
    // would cost a call as much as its work.
    private let caller: Unmanaged<VirtualCPU>
    /// How the caller's addresses are translated.
    private let space: GuestAddressSpace
    /// Whether the caller executes 64-bit code; else structures have their 32-bit layout.
    let is64Bit: Bool

    /// A call of a virtual CPU.
    @inline(__always)
    init(vcpu: VirtualCPU, space: GuestAddressSpace, is64Bit: Bool) {
        unsafe caller = Unmanaged.passUnretained(vcpu)
        self.space = space
        self.is64Bit = is64Bit
    }

    /// The caller.
    @inline(__always)
    var vcpu: VirtualCPU { unsafe caller._withUnsafeGuaranteedRef { $0 } }

    /// The caller's memory, as its kernel sees it now.
    @inline(__always)
    var memory: GuestMemory { GuestMemory(of: vcpu, space) }

    /// The caller's domain.
    var domain: Domain { vcpu.domain }

    @inline(__always)
    var argument1: UInt64 { is64Bit ? vcpu.registers.rdi : vcpu.registers.rbx & 0xFFFF_FFFF }
    @inline(__always)
    var argument2: UInt64 { is64Bit ? vcpu.registers.rsi : vcpu.registers.rcx & 0xFFFF_FFFF }
    @inline(__always)
    var argument3: UInt64 { is64Bit ? vcpu.registers.rdx : vcpu.registers.rdx & 0xFFFF_FFFF }

    @inline(__always)
    var argument4: UInt64 { is64Bit ? vcpu.registers.r10 : vcpu.registers.rsi & 0xFFFF_FFFF }

    /// Replaces the first argument, for a call that is to be continued.
    func replaceArgument1(_ value: UInt64) {
        if is64Bit { vcpu.registers.rdi = value } else { vcpu.registers.rbx = value }
    }

    /// Replaces the second argument, for a call that is to be continued.
    func replaceArgument2(_ value: UInt64) {
        if is64Bit { vcpu.registers.rsi = value } else { vcpu.registers.rcx = value }
    }

    /// Replaces the third argument, for a call that is to be continued.
    func replaceArgument3(_ value: UInt64) {
        vcpu.registers.rdx = value
    }

    /// Replaces the fourth argument, for a call out of a list.
    func replaceArgument4(_ value: UInt64) {
        if is64Bit { vcpu.registers.r10 = value } else { vcpu.registers.rsi = value }
    }

    /// Copies a structure in, once, from the layout of the caller.
    ///
    /// - Throws: `.badAddress` when the caller could not read it there.
    @inline(__always)
    func read<Structure: GuestStructure>(_: Structure.Type, at address: UInt64) throws(XenError) -> Structure {
        if is64Bit { return try memory.read(Structure.self, at: GuestLinearAddress(address)) }
        return Structure(try memory.read(Structure.Compat.self, at: GuestLinearAddress(address)))
    }

    /// Copies a structure out in the layout of the caller.
    ///
    /// - Throws: `.badAddress` when the caller could not write it there.
    @inline(__always)
    func write<Structure: GuestStructure>(_ structure: Structure, at address: UInt64) throws(XenError) {
        if is64Bit {
            try memory.write(structure, at: GuestLinearAddress(address))
        } else {
            try memory.write(structure.compat, at: GuestLinearAddress(address))
        }
    }

    /// Reads an element of an array of C `unsigned long`.
    func readLong(at address: UInt64, index: UInt64) throws(XenError) -> UInt64 {
        if is64Bit {
            return try memory.read(UInt64.self, at: GuestLinearAddress(address &+ index &* 8))
        }
        return UInt64(try memory.read(UInt32.self, at: GuestLinearAddress(address &+ index &* 4)))
    }

    /// Writes an element of an array of C `unsigned long`.
    func writeLong(_ value: UInt64, at address: UInt64, index: UInt64) throws(XenError) {
        if is64Bit {
            try memory.write(value, at: GuestLinearAddress(address &+ index &* 8))
        } else {
            try memory.write(UInt32(truncatingIfNeeded: value), at: GuestLinearAddress(address &+ index &* 4))
        }
    }

    /// Copies out a text in an array of fixed length, with zeros behind it.
    @inline(never)
    func write(_ text: StaticString, length: Int, at address: UInt64) throws(XenError) {
        let memory = memory
        var done: UInt64 = 0
        while done < UInt64(length) {
            let place = GuestLinearAddress(address &+ done)
            let host = try memory.translate(place, forWriting: true)
            let count = min(UInt64(length) &- done, frameSize &- place.offset)
            PhysicalMemory.write(text, from: done, padded: count, at: host)
            done &+= count
        }
    }
}
