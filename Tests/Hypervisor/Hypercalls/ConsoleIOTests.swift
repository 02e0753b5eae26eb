// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

@Suite(.recording)
struct ConsoleIOTests {
    let hypervisor = TestHypervisor()

    private func write(_ guest: TestGuest, _ text: String, at address: UInt64 = TestGuest.arrayPlace) throws -> Int64 {
        try guest.write(Array(text.utf8), at: address)
        return guest.call(.consoleIO, 0, UInt64(text.utf8.count), address)
    }

    @Test("lines appear under the domain's number as they are complete", arguments: [true, false])
    func lines(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest(7)
        guest.control.isIn64BitCode = is64Bit
        #expect(try write(guest, "first\nsec") == 0)
        #expect(Recorder.lines(of: "d7") == ["first"])
        #expect(try write(guest, "ond\n") == 0)
        #expect(Recorder.lines(of: "d7") == ["first", "second"])
        #expect(try write(guest, "") == 0)
    }

    @Test(
        "a long write is interrupted, executes its instruction again, and no byte is lost or doubled",
        arguments: [true, false])
    func longWrite(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let text = (0..<300).map { "line \($0)\n" }.joined()
        let start = guest.control.instructionPointer
        _ = try write(guest, text, at: 0x5_0F00)
        #expect(guest.control.instructionPointer == start)
        var rounds = 1
        while guest.control.instructionPointer == start {
            guest.exit(.hypercall)
            rounds += 1
        }
        #expect(guest.result == 0)
        #expect(rounds == (text.utf8.count + 1023) / 1024)
        #expect(Recorder.lines(of: "d1") == (0..<300).map { "line \($0)" })
    }

    @Test("an absurd length ends with a bad address at the end of memory, after bounded work in each step")
    func absurdLength() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(Array(repeating: UInt8(ascii: "a"), count: 4096), at: 0xF_F000)
        let start = guest.control.instructionPointer
        _ = guest.call(.consoleIO, 0, 0x8000_0000, 0xF_F000)
        var rounds = 1
        while guest.control.instructionPointer == start && rounds < 100 {
            guest.exit(.hypercall)
            rounds += 1
        }
        #expect(guest.result == -14)
        #expect(rounds == 5)
    }

    @Test("zeros are not shown, and 64 KiB of them are looked at in one step")
    func zeros() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(UInt8(ascii: "a"), at: 0x5_0005)
        try guest.write(UInt8(ascii: "\n"), at: 0x5_FFFF)
        #expect(guest.call(.consoleIO, 0, 0x1_0000, 0x5_0000) != 0)
        guest.exit(.hypercall)
        #expect(guest.result == 0)
        #expect(Recorder.lines(of: "d1") == ["a"])
    }

    @Test("there is nothing to read, and no other operation")
    func others() throws {
        let guest = try hypervisor.makeGuest()
        #expect(guest.call(.consoleIO, 1, 100, TestGuest.arrayPlace) == 0)
        #expect(guest.call(.consoleIO, 2, 100, TestGuest.arrayPlace) == -38)
    }

    /// Puts text into the domain's console ring as a guest does.
    private func putIntoRing(_ guest: TestGuest, _ text: String) throws {
        let ring: UInt64 = 0xFEFF_F000
        var producer = try guest.read(UInt32.self, at: ring + UInt64(ConsoleRingLayout.outputProducer))
        for byte in text.utf8 {
            let offset = ConsoleRingLayout.output + Int(producer) % ConsoleRingLayout.outputSize
            try guest.write(byte, at: ring + UInt64(offset))
            producer &+= 1
        }
        try guest.write(producer, at: ring + UInt64(ConsoleRingLayout.outputProducer))
    }

    @Test("what is in the console ring is taken when the guest sends on its port, and the guest is told")
    func ring() throws {
        let guest = try hypervisor.makeGuest()
        try putIntoRing(guest, "hello\nworld\n")
        let port = guest.domain.parameters.consolePort
        #expect(try guest.send(port) == 0)
        #expect(Recorder.lines(of: "d1") == ["hello", "world"])
        #expect(guest.isPending(port))
        #expect(try guest.read(UInt32.self, at: 0xFEFF_F000 + UInt64(ConsoleRingLayout.outputConsumer)) == 12)
    }

    @Test("a guest that waits by yielding gets its ring served too")
    func yieldServes() throws {
        let guest = try hypervisor.makeGuest()
        try putIntoRing(guest, "spin\n")
        #expect(guest.call(.schedulerOperation, 0) == 0)
        #expect(Recorder.lines(of: "d1") == ["spin"])
    }

    @Test("hostile indices of the ring make bounded work", arguments: [UInt32(0xFFFF_FFFF), 0x8000_0000, 2049])
    func hostileRing(producer: UInt32) throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(producer, at: 0xFEFF_F000 + UInt64(ConsoleRingLayout.outputProducer))
        #expect(try guest.send(guest.domain.parameters.consolePort) == 0)
        let consumer = try guest.read(UInt32.self, at: 0xFEFF_F000 + UInt64(ConsoleRingLayout.outputConsumer))
        #expect(consumer == 2048)
    }
}
