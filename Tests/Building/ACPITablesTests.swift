// SPDX-License-Identifier: MIT

import Building
import Testing

@Suite("ACPI tables, byte by byte")
struct ACPITablesTests {
    /// The tables of a guest, found as the guest finds them.
    private struct Machine {
        let memory: TestMemory
        let pointer: UInt64

        init(vCPUCount: Int) throws {
            let tables = ACPITables(vCPUCount: vCPUCount)
            var memory = TestMemory()
            try tables.write(to: &memory)
            self.memory = memory
            pointer = tables.pointerAddress
        }

        /// The whole table at `address`, with its length field believed.
        func table(at address: UInt64) throws -> [UInt8] {
            let length = try #require(memory.number(4, at: address + 4))
            return try #require(memory.read(Int(length), at: address))
        }

        func number(_ size: Int, at address: UInt64) throws -> UInt64 {
            try #require(memory.number(size, at: address))
        }

        /// The addresses that the root table lists.
        func listed() throws -> [UInt64] {
            let root = try number(8, at: pointer + 24)
            let length = try table(at: root).count
            return try stride(from: 36, to: length, by: 8).map { try number(8, at: root + UInt64($0)) }
        }
    }

    private func signature(_ table: [UInt8]) -> String { String(decoding: table.prefix(4), as: UTF8.self) }
    private func sum(_ bytes: [UInt8]) -> UInt8 { bytes.reduce(0, &+) }

    @Test("the root pointer has revision 2 and both checksums right")
    func rootPointer() throws {
        let machine = try Machine(vCPUCount: 1)
        let bytes = try #require(machine.memory.read(36, at: machine.pointer))
        #expect(machine.pointer % 16 == 0)
        #expect(String(decoding: bytes.prefix(8), as: UTF8.self) == "RSD PTR ")
        #expect(sum(Array(bytes.prefix(20))) == 0)
        #expect(sum(bytes) == 0)
        #expect(bytes[15] == 2)
        #expect(try machine.number(4, at: machine.pointer + 20) == 36)
    }

    @Test("every table has its signature, revision, length and checksum right", arguments: [1, 2, 127, 128])
    func headers(vCPUCount: Int) throws {
        let machine = try Machine(vCPUCount: vCPUCount)
        let root = try machine.table(at: machine.number(8, at: machine.pointer + 24))
        let listed = try machine.listed().map { try machine.table(at: $0) }
        let definitions = try machine.table(at: machine.number(8, at: machine.listed()[0] + 140))
        let tables = [root] + listed + [definitions]
        #expect(tables.map(signature) == ["XSDT", "FACP", "APIC", "DSDT"])
        #expect(tables.map { $0[8] } == [1, 5, 4, 2])
        #expect(tables.map(\.count) == [36 + 2 * 8, 268, 44 + vCPUCount * 8, 36])
        #expect(tables.allSatisfy { sum($0) == 0 })
    }

    @Test("all tables lie inside the region that the memory map names")
    func region() throws {
        let machine = try Machine(vCPUCount: 128)
        let region = GuestPhysicalLayout.acpi
        #expect(machine.memory.bytes.keys.allSatisfy { $0 >= region.address && $0 < region.endAddress })
    }

    @Test("the FADT says: hardware-reduced, no VGA, no CMOS clock, and where the DSDT is")
    func features() throws {
        let machine = try Machine(vCPUCount: 1)
        let address = try machine.listed()[0]
        #expect(try machine.number(2, at: address + 109) == 0x0024)
        #expect(try machine.number(4, at: address + 112) == 0x10_0031)
        #expect(try machine.number(4, at: address + 40) == machine.number(8, at: address + 140))
        // No FACS, no fixed hardware blocks, no system control interrupt.
        #expect(try machine.number(4, at: address + 36) == 0)
        let zeros = try #require(machine.memory.read(109 - 44, at: address + 44))
        #expect(zeros.allSatisfy { $0 == 0 })
        let extended = try #require(machine.memory.read(268 - 148, at: address + 148))
        #expect(extended.allSatisfy { $0 == 0 })
    }

    @Test("the MADT lists an enabled local APIC with the identifier 2n for each vCPU n")
    func interruptControllers() throws {
        let machine = try Machine(vCPUCount: 128)
        let address = try machine.listed()[1]
        #expect(try machine.number(4, at: address + 36) == 0xFEE0_0000)
        #expect(try machine.number(4, at: address + 40) == 0)
        for vCPU in 0..<128 {
            let entry = try #require(machine.memory.read(8, at: address + 44 + UInt64(vCPU * 8)))
            #expect(entry == [0, 8, UInt8(vCPU), UInt8(vCPU * 2), 1, 0, 0, 0])
        }
    }
}
