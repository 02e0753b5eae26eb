// SPDX-License-Identifier: MIT
import Architecture

/// The memory-type range registers of a virtual CPU: a guest finds in them what it has written. They have no effect, as it has no
/// devices; at first all memory is write-back. (Intel SDM vol. 3A §11.11; AMD APM vol. 2 §7.7)
struct MemoryTypeRanges {
    /// MTRRcap: eight variable ranges, fixed ones, and write-combining.
    private static let capabilities: UInt64 = 0x508

    /// MTRR_DEF_TYPE: ranges are on, and what is in none of them is write-back.
    private var defaultType: UInt64 = 1 << 11 | 6
    /// Base and mask of each variable range.
    private var variable = InlineArray<16, UInt64>(repeating: 0)
    /// A byte for each fixed range.
    private var fixed = InlineArray<11, UInt64>(repeating: 0)

    /// Where among the fixed ranges' registers one is; nil for any other register.
    private static func fixedPlace(_ index: UInt32) -> Int? {
        switch index {
        case 0x250: 0
        case 0x258, 0x259: Int(index &- 0x257)
        case 0x268...0x26F: Int(index &- 0x265)
        default: nil
        }
    }

    /// The value of a register; nil when it is none of these.
    func read(_ index: UInt32) -> UInt64? {
        switch index {
        case 0xFE: MemoryTypeRanges.capabilities
        case 0x200...0x20F: variable[Int(index & 15)]
        case 0x2FF: defaultType
        default: MemoryTypeRanges.fixedPlace(index).map { fixed[$0] }
        }
    }

    /// Writes a register. Returns false when it is none of these.
    ///
    /// - Throws: `.generalProtection` for MTRRcap, types that do not exist, and bits that are reserved.
    mutating func write(_ index: UInt32, _ value: UInt64, addressWidth: UInt64) throws(GuestFault) -> Bool {
        switch index {
        case 0xFE: throw .generalProtection
        case 0x200...0x20F:
            // A mask has no type, but bit 11, which switches the range on.
            let reserved: UInt64 = ~0 << addressWidth | (index & 1 == 0 ? 0xF00 : 0x7FF)
            guard value & reserved == 0, isType(value & 0xFF) else { throw .generalProtection }
            variable[Int(index & 15)] = value
        case 0x2FF:
            guard value & ~0xCFF == 0, isType(value & 0xFF) else { throw .generalProtection }
            defaultType = value
        default:
            guard let place = MemoryTypeRanges.fixedPlace(index) else { return false }
            for byte in 0..<8 as Range<UInt64> where !isType(value &>> (byte &* 8) & 0xFF) {
                throw .generalProtection
            }
            fixed[place] = value
        }
        return true
    }

    /// Uncacheable, write-combining, write-through, write-protected, write-back.
    private func isType(_ type: UInt64) -> Bool { type < 64 && 1 &<< type & 0b111_0011 as UInt64 != 0 }
}
