import Architecture
// SPDX-License-Identifier: MIT
import SeededRandom
import Testing

@testable import Hypervisor

/// The same instruction, with the same registers and memory, on the processor that runs the tests and in the emulator.
@Suite(.serialized)
struct NativeComparisonTests {
    let hypervisor = TestHypervisor()
    let native = NativeProcessor()

    /// Instructions of 64-bit code whose memory operand is at RBX.
    static let instructions = InstructionDecoderTests.assembled.filter { $0.0 == .bits64 && $0.1.contains("[rbx]") }
        .filter { !$0.1.contains("fs:") }

    private static let memory: UInt64 = 0x5_0000
    private static let statusFlags: UInt64 = 0b1000_1101_0101

    @Test("registers, flags and memory are the processor's", arguments: instructions)
    func instruction(code: CodeWidth, text: String, bytes: String) throws {
        let guest = try hypervisor.makeGuest()
        let bytes = [UInt8](hexadecimal: bytes)
        var generator = SeededRandom(seed: 7)
        for _ in 0..<200 {
            var state = randomState(&generator, isBitOffset: text.hasPrefix("bt"))
            let emulated = try emulate(bytes, state, guest)
            native.execute(bytes, &state)
            for number in 0..<16 where number != 3 && number != 4 {
                #expect(emulated.registers[number] == state.registers[number], "register \(number)")
            }
            #expect(emulated.memory == state.memory)
            let defined = NativeComparisonTests.definedFlags(text)
            #expect(emulated.flags & defined == state.flags & defined)
        }
    }

    /// A register with the number of a bit must not point out of the memory. Values are small now and then, so that
    /// comparisons find equality.
    private func randomState(_ generator: inout SeededRandom, isBitOffset: Bool) -> NativeProcessor.State {
        var state = NativeProcessor.State()
        let limit: UInt64 = isBitOffset ? 255 : Bool.random(using: &generator) ? 1 : .max
        for number in 0..<16 { state.registers[number] = UInt64.random(in: 0...limit, using: &generator) }
        for index in 0..<state.memory.count {
            state.memory[index] = limit == 1 ? 0 : UInt8.random(in: 0...255, using: &generator)
        }
        state.flags = generator.next() & NativeComparisonTests.statusFlags | 0x202
        return state
    }

    private func emulate(
        _ bytes: [UInt8], _ state: NativeProcessor.State, _ guest: TestGuest
    ) throws -> NativeProcessor.State {
        var state = state
        let middle = NativeComparisonTests.memory + UInt64(NativeProcessor.memorySize / 2)
        for number in UInt8(0)..<16 { guest.vcpu.registers[number] = state.registers[Int(number)] }
        guest.vcpu.registers.rbx = middle
        guest.control.flags = RFlags(rawValue: state.flags)
        try guest.write(state.memory, at: NativeComparisonTests.memory)
        try guest.emulate(bytes)
        #expect(guest.vcpu.hasNothingPending)
        for number in UInt8(0)..<16 { state.registers[Int(number)] = guest.vcpu.registers[number] }
        state.flags = guest.control.flags.rawValue
        state.memory = try guest.bytes(at: NativeComparisonTests.memory, count: state.memory.count)
        return state
    }

    /// The flags that the manual does not leave open. (AMD APM vol. 3, appendix E)
    private static func definedFlags(_ text: String) -> UInt64 {
        if text.hasPrefix("bt") { return 1 }
        let isLogical = ["and", "or ", "xor", "test"].contains { text.hasPrefix($0) }
        return isLogical ? statusFlags & ~(1 << 4) : statusFlags
    }
}
