// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// The ports that mean something to a guest that has no devices.
enum Port {
    /// Every byte written here goes to the console. (Xen's and Bochs' debug port)
    static let debugConsole: UInt16 = 0xE9
    /// Channel 2 of an interval timer, which is not there. A guest that calibrates against it waits for a value to
    /// change, for a long time if it reads ones; zero tells it at once that there is nothing.
    static let intervalTimer: UInt16 = 0x42
}

extension PhysicalCPU {
    /// IN, OUT, INS, OUTS. There are no devices: reads give ones, writes are lost, but for the debug console.
    @inline(never)
    func handlePortIO(of vcpu: VirtualCPU) {
        let access = backend.control(of: vcpu).portAccess
        guard !access.isString else {
            handleStringIO(access, of: vcpu)
            return
        }
        let mask = UInt64.mask(ofBytes: access.size)
        if access.isInput {
            let value = access.port == Port.intervalTimer ? 0 : mask
            // A 32-bit result clears the upper half of RAX; smaller ones leave the rest alone.
            vcpu.registers.rax = access.size == 4 ? value : vcpu.registers.rax & ~mask | value
        } else if access.port == Port.debugConsole {
            monitor.writeConsole(UInt8(truncatingIfNeeded: vcpu.registers.rax), of: vcpu.domain)
        }
        backend.control(of: vcpu).finishInstruction(length: UInt64(access.instructionLength))
    }

    /// INS and OUTS: at most 256 elements at a time; then the instruction starts again with the registers as far as it got. A
    /// fault of memory leaves them so as well.
    private func handleStringIO(_ access: PortAccess, of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let emulator = InstructionEmulator(self, vcpu)
        let addressMask = UInt64.mask(ofBytes: access.addressSize)
        let step = control.flags.contains(.direction) ? 0 &- UInt64(access.size) : UInt64(access.size)
        let number: UInt8 = access.isInput ? 7 : 6
        var remaining = access.isRepeated ? vcpu.registers.rcx & addressMask : 1
        var budget = 256
        do throws(InstructionFault) {
            while remaining > 0 && budget > 0 {
                let index = emulator.register(number) & addressMask
                try transfer(access, at: GuestLinearAddress(access.segmentBase &+ index), emulator)
                emulator.setRegister(number, to: index &+ step, width: access.addressSize)
                remaining &-= 1
                budget &-= 1
            }
        } catch {
            raise(error, in: vcpu)
        }
        if access.isRepeated { emulator.setRegister(1, to: remaining, width: access.addressSize) }
        if remaining == 0 { control.finishInstruction(length: UInt64(access.instructionLength)) }
    }

    /// Moves one element between a port and memory.
    private func transfer(
        _ access: PortAccess, at place: GuestLinearAddress, _ emulator: InstructionEmulator<Backend, Machine>
    ) throws(InstructionFault) {
        let last = place.advanced(by: UInt64(access.size) &- 1)
        if emulator.code == .bits64, !place.isCanonical || !last.isCanonical {
            throw InstructionFault(.generalProtection)
        }
        if access.isInput {
            try emulator.store(.max, at: place, width: access.size)
        } else {
            let value = try emulator.load(place, width: access.size)
            if access.port == Port.debugConsole {
                monitor.writeConsole(UInt8(truncatingIfNeeded: value), of: emulator.vcpu.domain)
            }
        }
    }
}
