// SPDX-License-Identifier: MIT

/// A refcount block in memory: the reference counts of clusters that follow one another.
/// Source: qcow2.txt, "Host cluster management".
final class RefcountBlock {
    /// Where it lies in the file.
    let offset: HostOffset
    /// Its bytes, as they lie in the file.
    private(set) var bytes: [UInt8]
    private let order: UInt32
    /// Whether it has changed since it was read or written.
    var isDirty = false

    /// The block whose bytes these are; a reference count has 2 to the power of `order` bits.
    init(offset: HostOffset, bytes: [UInt8], order: UInt32) {
        self.offset = offset
        self.bytes = bytes
        self.order = order
    }

    /// The count at `index`, which lies within the block.
    subscript(index: Int) -> UInt64 {
        get {
            switch order {
            case 4: UInt64(bytes[index * 2]) << 8 | UInt64(bytes[index * 2 + 1])
            case 3: UInt64(bytes[index])
            case 5: UInt64(bytes.bigEndian(UInt32.self, at: index * 4))
            case 6: bytes.bigEndian(at: index * 8)
            default: UInt64(bytes[byte(of: index)] >> shift(of: index) & mask)
            }
        }
        set {
            isDirty = true
            switch order {
            case 3: bytes[index] = UInt8(truncatingIfNeeded: newValue)
            case 4: bytes.setBigEndian(UInt16(truncatingIfNeeded: newValue), at: index * 2)
            case 5: bytes.setBigEndian(UInt32(truncatingIfNeeded: newValue), at: index * 4)
            case 6: bytes.setBigEndian(newValue, at: index * 8)
            default:
                let kept = bytes[byte(of: index)] & ~(mask << shift(of: index))
                bytes[byte(of: index)] = kept | (UInt8(truncatingIfNeeded: newValue) & mask) << shift(of: index)
            }
        }
    }

    // Counts of less than a byte: the first lies in the least significant bits.
    private var mask: UInt8 { 1 << (1 << order) - 1 }
    private func byte(of index: Int) -> Int { (index << Int(order)) / 8 }
    private func shift(of index: Int) -> UInt8 { UInt8(index << Int(order) & 7) }
}
