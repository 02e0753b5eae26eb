// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The maps that say which ports and model-specific registers a guest may use without an exit: all bits set means none.
/// (AMD APM vol. 2 §15.10, §15.11)
struct PermissionMaps: Sendable {
    /// Three frames: a bit for each port.
    let ports: HostPhysicalAddress
    /// Two frames: two bits for each register of three ranges.
    let registers: HostPhysicalAddress

    /// Maps in the frames given: three in a row for the ports, two for the registers.
    init(ports: HostFrame, registers: HostFrame) {
        self.ports = ports.address
        self.registers = registers.address
        for index in UInt64(0)..<3 { PhysicalMemory.fill(ports.advanced(by: index), with: .max) }
        for index in UInt64(0)..<2 { PhysicalMemory.fill(registers.advanced(by: index), with: .max) }
        let direct = DirectRegisters.all
        for index in direct.indices { allow(direct[index]) }
    }

    /// Clears both bits, for reading and writing, of a register.
    private func allow(_ register: UInt32) {
        guard let bit = PermissionMaps.bit(of: register) else { return }
        let place = registers.advanced(by: bit / 8)
        PhysicalMemory.write(PhysicalMemory.read(UInt8.self, at: place) & ~(3 << UInt8(bit % 8)), at: place)
    }

    /// The number of a register's first bit in the map; nil for one outside the three ranges, which always exits.
    static func bit(of register: UInt32) -> UInt64? {
        switch register {
        case 0...0x1FFF: UInt64(register) * 2
        case 0xC000_0000...0xC000_1FFF: 0x800 * 8 + UInt64(register & 0x1FFF) * 2
        case 0xC001_0000...0xC001_1FFF: 0x1000 * 8 + UInt64(register & 0x1FFF) * 2
        default: nil
        }
    }
}
