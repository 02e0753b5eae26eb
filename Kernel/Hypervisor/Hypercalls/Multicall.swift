// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension VirtualMachineMonitor {
    /// How many calls of a list are made before other work has its turn.
    private var callsPerTurn: UInt32 { 32 }

    /// Hypercall 13, `multicall`: the calls of a list, one after the other; each entry takes up its result. (Xen public header
    /// `xen.h`, struct multicall_entry)
    @inline(never)
    func multicall(_ call: Hypercall) throws(XenError) -> Int64 {
        let registers = call.vcpu.registers
        let count = UInt32(truncatingIfNeeded: call.argument2)
        let size = call.is64Bit ? MemoryLayout<MulticallEntry>.size : MemoryLayout<MulticallEntry.Compat>.size
        var page = MulticallPage()
        var place = call.argument1
        var done: UInt32 = 0
        do throws(XenError) {
            while done < min(count, callsPerTurn), call.vcpu.isInTurn {
                try page.turn(to: GuestLinearAddress(place), call)
                guard try performEntry(call, at: place, in: page) else { break }
                place &+= UInt64(size)
                done &+= 1
            }
        } catch {
            call.vcpu.registers = registers
            throw error
        }
        call.vcpu.registers = registers
        guard done == count else {
            call.replaceArgument1(place)
            call.replaceArgument2(UInt64(count &- done))
            throw .restart
        }
        return 0
    }

    /// Makes the call of an entry: its arguments go into the registers, where the handlers expect them. Returns false when the
    /// call is not done yet; then the entry holds the arguments of what remains.
    @inline(__always)
    private func performEntry(
        _ call: Hypercall, at place: UInt64, in page: borrowing MulticallPage
    ) throws(XenError) -> Bool {
        var entry = try page.read(MulticallEntry.self, at: place, call)
        call.vcpu.registers.rax = entry.operation
        call.replaceArgument1(entry.argument0)
        call.replaceArgument2(entry.argument1)
        call.replaceArgument3(entry.argument2)
        call.replaceArgument4(entry.argument3)
        let result: Int64
        do throws(XenError) {
            result = try dispatchEntry(call, entry.operation)
        } catch .restart {
            entry.argument0 = call.argument1
            entry.argument1 = call.argument2
            entry.argument2 = call.argument3
            try call.write(entry, at: place)
            return false
        } catch {
            result = error.result
        }
        if call.is64Bit {
            try page.write(result, at: place &+ UInt64(MulticallEntry.resultOffset), call)
        } else {
            try page.write(
                Int32(truncatingIfNeeded: result), at: place &+ UInt64(MulticallEntry.resultOffset / 2), call)
        }
        return true
    }

    /// A list within a list is refused.
    @inline(__always)
    private func dispatchEntry(_ call: Hypercall, _ operation: UInt64) throws(XenError) -> Int64 {
        guard operation &>> 32 == 0 else { throw .notImplemented }
        guard operation != UInt64(HypercallNumber.multicall.rawValue) else { throw .invalidArgument }
        return try dispatch(call)
    }

    /// The page in which the entries lie that are being worked on. It is looked up once for all of them, and held meanwhile: one of
    /// the calls may take it away from the caller.
    private struct MulticallPage: ~Copyable {
        private var page = UInt64.max
        private var frame: HostPhysicalAddress?
        private var held: HeldFrame?

        /// Looks up the page of an address, unless it is the same as before.
        @inline(__always)
        mutating func turn(to address: GuestLinearAddress, _ call: Hypercall) throws(XenError) {
            if address.value &- address.offset != page { try lookUp(address, call) }
        }

        @inline(never)
        private mutating func lookUp(_ address: GuestLinearAddress, _ call: Hypercall) throws(XenError) {
            let host = try call.memory.translate(address, forWriting: true)
            held = HeldFrame(host.frame, on: call.domain.physicalMap.account)
            frame = held == nil ? nil : host.frame.address
            page = address.value &- address.offset
        }

        /// Copies a structure in; one that lies across the end of the page in the usual way.
        @inline(__always)
        func read<Structure: GuestStructure>(
            _: Structure.Type, at place: UInt64, _ call: Hypercall
        ) throws(XenError) -> Structure {
            let size = call.is64Bit ? MemoryLayout<Structure>.size : MemoryLayout<Structure.Compat>.size
            guard let host = host(of: place, size: size) else { return try call.read(Structure.self, at: place) }
            if call.is64Bit { return PhysicalMemory.read(Structure.self, at: host) }
            return Structure(PhysicalMemory.read(Structure.Compat.self, at: host))
        }

        /// Copies a value out, likewise.
        @inline(__always)
        func write<Value: BitwiseCopyable>(_ value: Value, at place: UInt64, _ call: Hypercall) throws(XenError) {
            guard let host = host(of: place, size: MemoryLayout<Value>.size) else {
                return try call.memory.write(value, at: GuestLinearAddress(place))
            }
            PhysicalMemory.write(value, at: host)
        }

        private func host(of place: UInt64, size: Int) -> HostPhysicalAddress? {
            let offset = place &- page
            guard offset < frameSize, offset &+ UInt64(size) <= frameSize else { return nil }
            return frame?.advanced(by: offset)
        }
    }
}
