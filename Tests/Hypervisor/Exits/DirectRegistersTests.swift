// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

struct DirectRegistersTests {
    @Test("the registers that need no exit are those of system calls and of the segment bases, once each")
    func registers() {
        let registers = (0..<DirectRegisters.all.count).map { DirectRegisters.all[$0] }
        let expected: [UInt32] = [
            0x174, 0x175, 0x176, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0xC000_0100, 0xC000_0101,
            0xC000_0102,
        ]
        #expect(registers.sorted() == expected)
    }
}
