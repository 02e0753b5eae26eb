// SPDX-License-Identifier: MIT
import Architecture

/// The moves of vector registers. The hypervisor itself uses none of them, so they hold the guest's values: the machine puts
/// them into the frame in which they lie while another virtual CPU runs, and takes them from there again.
extension InstructionEmulator {
    func moveVector(_ instruction: Instruction) throws(InstructionFault) {
        let isStore = instruction.destination == .memory
        let place = try address(of: instruction, width: instruction.width, for: isStore ? .write : [])
        cpu.machine.saveVectors(of: vcpu)
        let area = VectorSaveArea(start: vcpu.floatingPoint.address)
        if case .vector(let number) = instruction.source {
            try storeWords(of: number, in: area, at: place, width: instruction.width)
        } else if case .vector(let number) = instruction.destination {
            let value = try loadWords(place, width: instruction.width)
            area.write(value, to: number, clearingUpper: instruction.clearsUpperVector)
            area.note(cpu.machine.extendedStateComponents)
            cpu.machine.loadVectors(of: vcpu)
        }
    }

    /// Reads up to four words of eight bytes; the rest of the register is cleared.
    private func loadWords(
        _ place: GuestLinearAddress, width: UInt8
    ) throws(InstructionFault) -> InlineArray<4, UInt64> {
        var words = InlineArray<4, UInt64>(repeating: 0)
        if width < 8 {
            words[0] = try load(place, width: width)
            return words
        }
        for index in 0..<Int(width / 8) { words[index] = try load(place.advanced(by: UInt64(index) &* 8), width: 8) }
        return words
    }

    private func storeWords(
        of number: UInt8, in area: VectorSaveArea, at place: GuestLinearAddress, width: UInt8
    ) throws(InstructionFault) {
        if width < 8 {
            try store(area.word(0, of: number), at: place, width: width)
            return
        }
        for index in 0..<UInt64(width / 8) {
            try store(area.word(index, of: number), at: place.advanced(by: index &* 8), width: 8)
        }
    }
}

/// The registers XMM0 to XMM15 and their upper halves, where FXSAVE and XSAVE put them. (AMD APM vol. 2 §11.4.4, §11.5.9)
struct VectorSaveArea {
    let start: HostPhysicalAddress

    /// A word of eight bytes of a register: 0 and 1 are XMM's, 2 and 3 make it YMM.
    func word(_ index: UInt64, of number: UInt8) -> UInt64 {
        PhysicalMemory.read(UInt64.self, at: place(of: number, index))
    }

    /// Writes a register. The upper half stays as it is unless it is to be cleared, or written.
    func write(_ words: InlineArray<4, UInt64>, to number: UInt8, clearingUpper: Bool) {
        for index in 0..<(clearingUpper ? 4 : 2) {
            PhysicalMemory.write(words[index], at: place(of: number, UInt64(index)))
        }
    }

    /// Tells XRSTOR, in XSTATE_BV, that these components are not in their initial state.
    func note(_ components: XCR0) {
        let field = start.advanced(by: 512)
        let vectors = components.intersection([.sse, .avx]).rawValue
        PhysicalMemory.write(PhysicalMemory.read(UInt64.self, at: field) | vectors, at: field)
    }

    private func place(of number: UInt8, _ index: UInt64) -> HostPhysicalAddress {
        let register = UInt64(number & 15) &* 16 &+ (index & 1) &* 8
        return start.advanced(by: (index < 2 ? 160 : 576) &+ register)
    }
}
