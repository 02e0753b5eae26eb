// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The bitmap that says which model-specific registers a guest may use without an exit: all bits set means none. Four parts of
/// 1 KiB: low registers for reading, high ones for reading, and both for writing. (Intel SDM vol. 3C §25.6.9)
struct MSRBitmap: Sendable {
    let address: HostPhysicalAddress

    /// A bitmap in the frame given. Beside the registers that no vendor's guest needs an exit for, EFER and the page attribute
    /// table are the guest's: the processor checks what is written there, and changes them at entries and exits.
    init(in frame: HostFrame) {
        address = frame.address
        PhysicalMemory.fill(frame, with: .max)
        let direct = DirectRegisters.all
        for index in direct.indices { allow(direct[index]) }
        allow(ModelSpecificRegister.extendedFeatureEnable)
        allow(ModelSpecificRegister.pageAttributeTable)
    }

    /// Clears both bits, for reading and writing, of a register.
    private func allow(_ register: UInt32) {
        guard let bit = MSRBitmap.bit(of: register) else { return }
        for part: UInt64 in stride(from: bit, through: bit &+ 0x4000, by: 0x4000) {
            let place = address.advanced(by: part / 8)
            PhysicalMemory.write(PhysicalMemory.read(UInt8.self, at: place) & ~(1 << UInt8(part % 8)), at: place)
        }
    }

    /// The number of a register's bit for reading; nil for one outside the two ranges, which always exits.
    static func bit(of register: UInt32) -> UInt64? {
        switch register {
        case 0...0x1FFF: UInt64(register)
        case 0xC000_0000...0xC000_1FFF: 0x400 * 8 + UInt64(register & 0x1FFF)
        default: nil
        }
    }
}
