// SPDX-License-Identifier: MIT

import Building
import Testing

@Suite("Start of day: the bytes in guest memory")
struct StartOfDayWritingTests {
    /// Plans and writes `guest`. The memory refuses to have a byte written twice, so nothing overlaps.
    private func write(_ guest: TestGuest) throws -> (StartOfDay, TestMemory) {
        let plan = try guest.plan()
        var memory = TestMemory()
        try plan.write(commandLine: guest.commandLine.span, to: &memory)
        return (plan, memory)
    }

    @Test("start information has the fields of hvm_start_info version 1")
    func startInfo() throws {
        let (plan, memory) = try write(TestGuest(modules: [100, 200]))
        let start = plan.startInfoAddress
        #expect(memory.number(4, at: start) == 0x336E_C578)
        #expect(memory.number(4, at: start + 4) == 1)
        #expect(memory.number(4, at: start + 8) == 0)
        #expect(memory.number(4, at: start + 12) == 2)
        #expect(memory.number(8, at: start + 16) == plan.moduleListAddress)
        #expect(memory.number(8, at: start + 24) == plan.commandLineAddress)
        #expect(memory.number(8, at: start + 32) == plan.acpiPointerAddress)
        #expect(memory.number(8, at: start + 40) == plan.memoryMapAddress)
        #expect(memory.number(4, at: start + 48) == 3)
        #expect(memory.number(4, at: start + 52) == 0)
    }

    @Test("the module list has an entry of 32 bytes for each module")
    func modules() throws {
        let (plan, memory) = try write(TestGuest(modules: [100, 200]))
        for index in 0..<2 {
            let entry = plan.moduleListAddress + UInt64(index) * 32
            #expect(memory.number(8, at: entry) == plan.modules[index].address)
            #expect(memory.number(8, at: entry + 8) == UInt64(index + 1) * 100)
            #expect(memory.number(8, at: entry + 16) == 0)
            #expect(memory.number(8, at: entry + 24) == 0)
        }
    }

    @Test("the memory map has an entry of 24 bytes for each region, with Xen's type numbers")
    func memoryMap() throws {
        let (plan, memory) = try write(TestGuest(memory: 4 << 30))
        let expected: [(UInt64, UInt64, UInt64)] = [
            (0, 0xF000_0000, 1), (0xFC00_0000, 0x1000, 3), (0xFEFF_8000, 0x8000, 2), (1 << 32, 0x1000_0000, 1),
        ]
        for (index, (address, size, type)) in expected.enumerated() {
            let entry = plan.memoryMapAddress + UInt64(index) * 24
            #expect(memory.number(8, at: entry) == address)
            #expect(memory.number(8, at: entry + 8) == size)
            #expect(memory.number(4, at: entry + 16) == type)
            #expect(memory.number(4, at: entry + 20) == 0)
        }
    }

    @Test("the command line ends with a zero byte")
    func commandLine() throws {
        let guest = TestGuest()
        let (plan, memory) = try write(guest)
        let text = memory.read(guest.commandLine.count + 1, at: plan.commandLineAddress)
        #expect(text == guest.commandLine + [0])
    }

    @Test("a command line that is longer than planned is cut off")
    func longCommandLine() throws {
        let plan = try TestGuest(commandLine: Array("abc".utf8)).plan()
        var memory = TestMemory()
        try plan.write(commandLine: Array("abcdef".utf8).span, to: &memory)
        #expect(memory.read(4, at: plan.commandLineAddress) == Array("abc\0".utf8))
        #expect(memory.bytes[plan.commandLineAddress + 4] == nil)
    }

    @Test("without command line and modules only the fixed parts are written")
    func minimal() throws {
        let (plan, memory) = try write(TestGuest(commandLine: []))
        let block = memory.bytes.keys.filter { $0 < 0xFC00_0000 }
        #expect(block.count == 56 + 3 * 24)
        #expect(memory.number(8, at: plan.startInfoAddress + 16) == 0)
        #expect(memory.number(8, at: plan.startInfoAddress + 24) == 0)
    }
}
