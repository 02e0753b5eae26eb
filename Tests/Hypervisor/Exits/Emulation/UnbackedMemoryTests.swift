// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// Memory that a guest does not have reads as ones, and what is written there is lost.
@Suite(.recording)
struct UnbackedMemoryTests {
    let hypervisor = TestHypervisor()

    @Test(
        "each width reads as ones, and the guest goes on behind the instruction",
        arguments: [
            ("8A03", 0xFF), ("668B03", 0xFFFF), ("8B03", 0xFFFF_FFFF), ("488B03", .max), ("0FB603", 0xFF),
            ("0FBE03", 0xFFFF_FFFF),
        ] as [(String, UInt64)])
    func read(bytes: String, value: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        let bytes = [UInt8](hexadecimal: bytes)
        guest.vcpu.registers.rbx = TestGuest.nowhere + 8
        guest.control.isInterruptShadowed = true
        try guest.emulate(bytes)
        #expect(guest.vcpu.registers.rax == value)
        #expect(guest.control.instructionPointer == TestGuest.codePlace + UInt64(bytes.count))
        #expect(!guest.control.isInterruptShadowed)
        #expect(guest.takeException() == nil)
    }

    @Test("writing changes nothing, and takes no memory")
    func write() throws {
        let guest = try hypervisor.makeGuest()
        let before = hypervisor.arena.allocator.freeCount
        guest.vcpu.registers.rbx = 0xE000_0000
        for bytes in ["8803", "C70078563412", "0FAB03", "F0480FB113", "0FC103", "66C7033412"] {
            try guest.emulate([UInt8](hexadecimal: bytes), touching: 0xE000_0000)
        }
        try guest.emulate([0x8B, 0x0B], touching: 0xE000_0000)
        #expect(guest.vcpu.registers.rcx == 0xFFFF_FFFF)
        #expect(hypervisor.arena.allocator.freeCount == before)
        #expect(guest.domain.end == nil)
    }

    @Test("arithmetic on it is arithmetic on ones")
    func arithmetic() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rbx = TestGuest.nowhere
        guest.vcpu.registers.rax = 1
        try guest.emulate([0x03, 0x03])  // add eax, [rbx]
        #expect(guest.vcpu.registers.rax == 0)
        #expect(guest.control.flags.isSuperset(of: [.carry, .zero, .parity, .adjust]))
        try guest.emulate([0x0F, 0xBA, 0x23, 0x1F])  // bt dword [rbx], 31
        #expect(guest.control.flags.contains(.carry))
        try guest.emulate([0x83, 0x3B, 0xFF])  // cmp dword [rbx], -1
        #expect(guest.control.flags.contains(.zero))
    }

    @Test("a bit test in a register reaches beyond the operand, in both directions")
    func farBits() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rbx = 0x5_0010
        try guest.write(UInt32(0), at: 0x5_000C)
        try guest.write(UInt32(1), at: 0x5_0014)
        guest.vcpu.registers.rax = 32
        try guest.emulate([0x0F, 0xA3, 0x03])  // bt [rbx], eax
        #expect(guest.control.flags.contains(.carry))
        guest.vcpu.registers.rax = UInt64(UInt32(bitPattern: -1))
        try guest.emulate([0x0F, 0xAB, 0x03])  // bts [rbx], eax
        #expect(!guest.control.flags.contains(.carry))
        #expect(try guest.read(UInt32.self, at: 0x5_000C) == 1 << 31)
    }

    @Test("an access across the end of memory takes what is there, and ones for the rest")
    func acrossTheEnd() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([0x11, 0x22], at: 0xF_FFFE)  // the last bytes of the guest's memory
        guest.vcpu.registers.rbx = 0xF_FFFE
        try guest.emulate([0x8B, 0x03], touching: 0x10_0000)
        #expect(guest.vcpu.registers.rax == 0xFFFF_2211)
        guest.vcpu.registers.rax = 0x4433_6655
        try guest.emulate([0x89, 0x03], touching: 0x10_0000)
        #expect(try guest.read(UInt16.self, at: 0xF_FFFE) == 0x6655)
    }

    @Test("copies go on from memory into nothing, in rounds, and downwards")
    func copies() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([UInt8](repeating: 7, count: 32), at: 0x5_0000)
        guest.vcpu.registers.rsi = TestGuest.nowhere
        guest.vcpu.registers.rdi = 0x5_0000
        guest.vcpu.registers.rcx = 100
        try guest.emulate([0xF3, 0xA4])  // rep movsb
        #expect(guest.vcpu.registers.rcx == 36)
        #expect(guest.control.instructionPointer == TestGuest.codePlace)
        try guest.emulate([0xF3, 0xA4])
        #expect(guest.vcpu.registers.rcx == 0)
        #expect(guest.vcpu.registers.rsi == TestGuest.nowhere + 100)
        #expect(guest.control.instructionPointer == TestGuest.codePlace + 2)
        #expect(try guest.bytes(at: 0x5_0000, count: 101) == [UInt8](repeating: 0xFF, count: 100) + [0])
        guest.control.flags.insert(.direction)
        guest.vcpu.registers.rcx = 3
        guest.vcpu.registers.rdi = 0x5_0060
        try guest.emulate([0xF3, 0x67, 0xA5])  // a32 rep movsd
        #expect(guest.vcpu.registers.rdi == 0x5_0054)
    }

    @Test("comparisons end where they find what they look for")
    func comparisons() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([0xFF, 0xFF, 0xFF, 0x12], at: 0x5_0000)
        guest.vcpu.registers.rsi = TestGuest.nowhere
        guest.vcpu.registers.rdi = 0x5_0000
        guest.vcpu.registers.rcx = 10
        try guest.emulate([0xF3, 0xA6])  // repe cmpsb
        #expect(guest.vcpu.registers.rcx == 6)
        #expect(!guest.control.flags.contains(.zero))
        (guest.vcpu.registers.rdi, guest.vcpu.registers.rcx) = (TestGuest.nowhere, 10)
        guest.vcpu.registers.rax = 0xFF
        try guest.emulate([0xF2, 0xAE])  // repne scasb
        #expect(guest.vcpu.registers.rcx == 9)
        #expect(guest.control.flags.contains(.zero))
        guest.vcpu.registers.rcx = 0
        try guest.emulate([0xF2, 0xAE])
        #expect(guest.control.instructionPointer == TestGuest.codePlace + 2)
        #expect(guest.vcpu.registers.rdi == TestGuest.nowhere + 1)
    }

    @Test("vector registers are loaded with ones, and what is above the result is cleared or kept")
    func vectors() throws {
        let guest = try hypervisor.makeGuest()
        let area = VectorSaveArea(start: guest.vcpu.floatingPoint.address)
        func words() -> [UInt64] { (0..<4).map { area.word(UInt64($0), of: 3) } }
        guest.vcpu.registers.rbx = TestGuest.nowhere
        area.write([1, 2, 3, 4], to: 3, clearingUpper: true)
        try guest.emulate([UInt8](hexadecimal: "0f101b"))  // movups xmm3, [rbx]
        #expect(words() == [.max, .max, 3, 4])
        try guest.emulate([UInt8](hexadecimal: "f30f101b"))  // movss xmm3, [rbx]
        #expect(words() == [0xFFFF_FFFF, 0, 3, 4])
        try guest.emulate([UInt8](hexadecimal: "c5fa101b"))  // vmovss xmm3, [rbx]
        #expect(words() == [0xFFFF_FFFF, 0, 0, 0])
        try guest.emulate([UInt8](hexadecimal: "c5fc101b"))  // vmovups ymm3, [rbx]
        #expect(words() == [.max, .max, .max, .max])
        area.write([1, 2, 3, 4], to: 3, clearingUpper: true)
        guest.vcpu.registers.rbx = 0xF_FFF0
        try guest.emulate([UInt8](hexadecimal: "c5fc111b"))  // vmovups [rbx], ymm3
        #expect(try guest.read(UInt64.self, at: 0xF_FFF8) == 2)
        #expect(words() == [1, 2, 3, 4])
    }

    @Test(
        "an instruction that is not known is an invalid opcode, wherever it comes from",
        arguments: [0x3_0000, 0x10_0000])
    func unknown(place: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        if place < 0x10_0000 {
            try guest.emulate([0x0F, 0xAE, 0x03], at: place)  // fxsave [rbx]
        } else {
            guest.control.instructionPointer = place  // where there is nothing: all bytes are FF
            guest.control.faultAddress = GuestPhysicalAddress(place)
            guest.exit(.nestedPageFault)
        }
        #expect(guest.takeException() == .exception(6, nil))
        #expect(guest.control.instructionPointer == place)
    }

    @Test("a guest that steps gets its debug exception; the resume flag is used up")
    func stepping() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rbx = TestGuest.nowhere
        guest.control.flags.formUnion([.trap, .resume])
        try guest.emulate([0x8B, 0x03])
        #expect(!guest.control.flags.contains(.resume))
        #expect(guest.control.debugStatus & 1 << 14 != 0)
        #expect(guest.takeException() == .exception(1, nil))
    }

    @Test("memory that may only be read swallows what is written, and reads as it is")
    func readOnly() throws {
        let guest = try hypervisor.makeGuest()
        let frame = try hypervisor.arena.takeZeroedFrame()
        try guest.domain.physicalMap.map(GuestFrame(0x9_0000), to: frame, use: .grant, writable: false)
        guest.vcpu.registers.rbx = 0x9000_0000
        try guest.emulate([0x48, 0x89, 0x03], touching: 0x9000_0000)
        #expect(PhysicalMemory.read(UInt64.self, at: frame.address) == 0)
        try guest.emulate([0x48, 0x8B, 0x03], touching: 0x9000_0000)
        #expect(guest.vcpu.registers.rax == 0)
        #expect(guest.domain.end == nil)
        try guest.domain.physicalMap.unmap(GuestFrame(0x9_0000))
    }

    @Test("memory that has come meanwhile is there when the guest tries again")
    func mappedMeanwhile() throws {
        let guest = try hypervisor.makeGuest()
        try guest.emulate([0x8B, 0x03], touching: 0x5_0000)
        #expect(guest.control.instructionPointer == TestGuest.codePlace)
        #expect(guest.takeException() == nil)
    }

    @Test("an event that cannot be delivered for want of memory is a triple fault")
    func delivery() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.injectInterrupt(0x50)
        try guest.emulate([0x8B, 0x03])
        guard case .shutdown(.reboot) = guest.domain.end else {
            Issue.record("the domain goes on")
            return
        }
        #expect(Recorder.lines(of: "log").contains { $0.contains("no memory at 0xfed00000") })
    }
}
