// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

@Suite(.recording)
struct PortIOTests {
    let hypervisor = TestHypervisor()

    /// An access as the vendor's code describes it; the instruction has two bytes.
    private func access(
        _ port: UInt16, size: UInt8 = 1, isInput: Bool, isString: Bool = false, isRepeated: Bool = false,
        addressSize: UInt8 = 8, segmentBase: UInt64 = 0
    ) -> PortAccess {
        PortAccess(
            port: port, size: size, isInput: isInput, isString: isString, isRepeated: isRepeated, instructionLength: 2,
            addressSize: addressSize, segmentBase: segmentBase)
    }

    private func run(_ guest: TestGuest, _ access: PortAccess) {
        guest.control.portAccess = access
        guest.exit(.portIO)
    }

    @Test(
        "a port without a device reads ones, as wide as the access, and leaves the rest of RAX alone",
        arguments: [
            (1, 0x1111_2222_3333_44FF), (2, 0x1111_2222_3333_FFFF), (4, 0xFFFF_FFFF),
        ] as [(UInt8, UInt64)])
    func input(size: UInt8, result: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rax = 0x1111_2222_3333_4444
        run(guest, access(0x60, size: size, isInput: true))
        #expect(guest.vcpu.registers.rax == result)
        #expect(guest.control.instructionPointer == 0x1002)
    }

    @Test("the interval timer that is not there reads zero, so that nobody waits for it")
    func intervalTimer() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rax = 0xFFFF
        run(guest, access(0x42, isInput: true))
        #expect(guest.vcpu.registers.rax == 0xFF00)
    }

    @Test("bytes for the debug port are text, those for others are lost")
    func output() throws {
        let guest = try hypervisor.makeGuest()
        for byte in "hi\n".utf8 {
            guest.vcpu.registers.rax = 0xFFFF_FF00 | UInt64(byte)
            run(guest, access(0xE9, isInput: false))
            run(guest, access(0x80, isInput: false))
        }
        #expect(Recorder.lines(of: "d1") == ["hi"])
        #expect(guest.control.instructionPointer == 0x1000 + 6 * 2)
    }

    @Test(
        "memory that cannot be reached raises what the guest's own access would, and the registers tell how far it got")
    func memoryFaults() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(UInt64(0x6_1003), at: 0x6_0000)
        try guest.write(UInt64(0x6_2003), at: 0x6_1000)
        try guest.write(UInt64(0x6_3003), at: 0x6_2000)
        try guest.write(UInt64(0x5_0003), at: 0x6_3000 + 8 * 5)  // page 5, for reading and writing
        try guest.write(UInt64(0x5_1001), at: 0x6_3000 + 8 * 4)  // page 4, for reading
        guest.control.cr0 = [.protectionEnable, .paging, .writeProtect]
        guest.control.cr3 = 0x6_0000
        guest.control.cr4 = .physicalAddressExtension
        guest.control.efer = [.longModeEnable, .longModeActive]
        guest.vcpu.registers.rdi = 0x5FFE
        guest.vcpu.registers.rcx = 5
        run(guest, access(0x80, isInput: true, isString: true, isRepeated: true))
        #expect(guest.takeException() == .exception(14, 2))
        #expect(guest.control.pageFaultAddress == 0x6000)
        #expect(guest.vcpu.registers.rdi == 0x6000)
        #expect(guest.vcpu.registers.rcx == 3)
        #expect(guest.control.instructionPointer == 0x1000)
        guest.vcpu.registers.rdi = 0x4010
        run(guest, access(0x80, size: 4, isInput: true, isString: true))
        #expect(guest.takeException() == .exception(14, 3))
        guest.vcpu.registers.rsi = 0x6000
        run(guest, access(0x80, isInput: false, isString: true))
        #expect(guest.takeException() == .exception(14, 0))
        guest.vcpu.registers.rsi = 1 << 47
        run(guest, access(0x80, isInput: false, isString: true))
        #expect(guest.takeException() == .exception(13, 0))
    }

    @Test("a repeated OUTS writes a text, 256 bytes at a time, and goes on where it stopped")
    func repeatedOutput() throws {
        let guest = try hypervisor.makeGuest()
        let text = (0..<60).map { "row \($0)\n" }.joined()
        try guest.write(Array(text.utf8), at: 0x5_0FC0)
        guest.vcpu.registers.rsi = 0x5_0FC0
        guest.vcpu.registers.rcx = UInt64(text.utf8.count)
        let outs = access(0xE9, isInput: false, isString: true, isRepeated: true)
        run(guest, outs)
        #expect(guest.control.instructionPointer == 0x1000)
        #expect(guest.vcpu.registers.rcx == UInt64(text.utf8.count) - 256)
        #expect(guest.vcpu.registers.rsi == 0x5_0FC0 + 256)
        while guest.control.instructionPointer == 0x1000 { run(guest, outs) }
        #expect(guest.vcpu.registers.rcx == 0)
        #expect(Recorder.lines(of: "d1") == (0..<60).map { "row \($0)" })
    }

    @Test("a repeated INS fills memory with ones, up or down as the direction flag says", arguments: [true, false])
    func repeatedInput(isUp: Bool) throws {
        let guest = try hypervisor.makeGuest()
        if !isUp { guest.control.flags.insert(RFlags(rawValue: 1 << 10)) }
        guest.vcpu.registers.rdi = 0x5_0010
        guest.vcpu.registers.rcx = 3
        run(guest, access(0x1F0, size: 2, isInput: true, isString: true, isRepeated: true))
        let bytes = try guest.bytes(at: 0x5_0008, count: 16)
        let filled = isUp ? 8..<14 : 4..<10
        #expect(bytes.indices.allSatisfy { bytes[$0] == (filled.contains($0) ? 0xFF : 0) })
        #expect(guest.vcpu.registers.rdi == (isUp ? 0x5_0016 : 0x5_000A))
        #expect(guest.vcpu.registers.rcx == 0)
        #expect(guest.control.instructionPointer == 0x1002)
    }

    @Test("without a prefix it is one element, whatever RCX holds; a count of 0 is none")
    func single() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rcx = 99
        guest.vcpu.registers.rdi = 0x5_0000
        run(guest, access(0x60, isInput: true, isString: true))
        #expect(guest.vcpu.registers.rcx == 99)
        #expect(guest.vcpu.registers.rdi == 0x5_0001)
        guest.vcpu.registers.rcx = 0
        run(guest, access(0x60, isInput: true, isString: true, isRepeated: true))
        #expect(guest.vcpu.registers.rdi == 0x5_0001)
        #expect(guest.control.instructionPointer == 0x1004)
    }

    @Test("the segment's base and the width of addresses count")
    func addressing() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rdi = 0xFFFF_FFFF_0000_0010
        guest.vcpu.registers.rcx = 0xFFFF_FFFF_0000_0001
        run(
            guest,
            access(0x60, isInput: true, isString: true, isRepeated: true, addressSize: 4, segmentBase: 0x5_0000))
        #expect(try guest.read(UInt8.self, at: 0x5_0010) == 0xFF)
        #expect(guest.vcpu.registers.rdi == 0x11)
        #expect(guest.control.instructionPointer == 0x1002)
    }

    @Test("16-bit addresses wrap around, and leave the rest of the registers alone", arguments: [true, false])
    func shortAddresses(isInput: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rdi = 0x1234_FFFF
        guest.vcpu.registers.rsi = 0x5678_FFFF
        guest.vcpu.registers.rcx = 0x9ABC_0002
        run(
            guest,
            access(
                0x60, isInput: isInput, isString: true, isRepeated: true, addressSize: 2, segmentBase: 0x5_0000))
        #expect(guest.vcpu.registers.rdi == (isInput ? 0x1234_0001 : 0x1234_FFFF))
        #expect(guest.vcpu.registers.rsi == (isInput ? 0x5678_FFFF : 0x5678_0001))
        #expect(guest.vcpu.registers.rcx == 0x9ABC_0000)
        #expect(try guest.read(UInt8.self, at: 0x5_0000) == (isInput ? 0xFF : 0))
        #expect(guest.control.instructionPointer == 0x1002)
    }

    @Test("where there is no memory, what is read from a port is lost, and the instruction goes on")
    func nowhere() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rdi = 0xF_FFFE
        guest.vcpu.registers.rcx = 5
        run(guest, access(0x60, isInput: true, isString: true, isRepeated: true))
        #expect(guest.takeException() == nil)
        #expect(guest.control.instructionPointer == 0x1002)
        #expect(guest.vcpu.registers.rdi == 0x10_0003)
        #expect(guest.vcpu.registers.rcx == 0)
        #expect(try guest.read(UInt16.self, at: 0xF_FFFE) == 0xFFFF)
    }
}
