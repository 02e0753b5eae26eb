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
        let mask: UInt64 = access.size == 4 ? 0xFFFF_FFFF : 1 &<< (UInt64(access.size) &* 8) &- 1
        if access.isInput {
            let value = access.port == Port.intervalTimer ? 0 : mask
            // A 32-bit result clears the upper half of RAX; smaller ones leave the rest alone.
            vcpu.registers.rax = access.size == 4 ? value : vcpu.registers.rax & ~mask | value
        } else if access.port == Port.debugConsole {
            monitor.writeConsole(UInt8(truncatingIfNeeded: vcpu.registers.rax), of: vcpu.domain)
        }
        backend.control(of: vcpu).finishInstruction(length: UInt64(access.instructionLength))
    }

    /// INS and OUTS: at most 256 elements at a time; then the instruction starts again with the registers as far as it got.
    private func handleStringIO(_ access: PortAccess, of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let addressMask: UInt64 = access.addressSize == 8 ? .max : 1 &<< (UInt64(access.addressSize) &* 8) &- 1
        let step = control.flags.rawValue & 1 << 10 == 0 ? UInt64(access.size) : 0 &- UInt64(access.size)
        let memory = GuestMemory(of: vcpu, control)
        var remaining = access.isRepeated ? vcpu.registers.rcx & addressMask : 1
        var budget = 256
        while remaining > 0 && budget > 0 {
            let index = (access.isInput ? vcpu.registers.rdi : vcpu.registers.rsi) & addressMask
            let place = GuestLinearAddress(access.segmentBase &+ index)
            guard transfer(access, at: place, memory, vcpu.domain) else {
                if access.isRepeated { vcpu.registers.rcx = remaining }
                vcpu.raise(.generalProtection)
                return
            }
            let next = (index &+ step) & addressMask
            if access.isInput { vcpu.registers.rdi = next } else { vcpu.registers.rsi = next }
            remaining &-= 1
            budget &-= 1
        }
        if access.isRepeated { vcpu.registers.rcx = remaining }
        if remaining == 0 { control.finishInstruction(length: UInt64(access.instructionLength)) }
    }

    /// Moves one element between a port and memory. Returns false when the memory cannot be reached.
    private func transfer(
        _ access: PortAccess, at place: GuestLinearAddress, _ memory: GuestMemory, _ domain: Domain
    ) -> Bool {
        do throws(XenError) {
            if access.isInput {
                for offset in 0..<UInt64(access.size) { try memory.write(UInt8.max, at: place.advanced(by: offset)) }
            } else {
                let byte = try memory.read(UInt8.self, at: place)
                if access.port == Port.debugConsole { monitor.writeConsole(byte, of: domain) }
            }
            return true
        } catch {
            return false
        }
    }
}
