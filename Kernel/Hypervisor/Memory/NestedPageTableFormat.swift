// SPDX-License-Identifier: MIT
import Architecture

/// What distinguishes the two formats of nested page tables, AMD's NPT and Intel's EPT: the same four levels of 512 entries,
/// other flags.
public struct NestedPageTableFormat: Sendable {
    /// Any of these bits set: the entry is in use.
    let presentMask: UInt64
    /// The flags of an entry that leads to a further table.
    let table: UInt64
    /// The flags of a page that the guest may read, write and execute.
    let readWrite: UInt64
    /// The flags of a page that the guest may read and execute.
    let readOnly: UInt64
    /// The bit that allows writing.
    let writableMask: UInt64
    /// The bit that makes an entry of level 2 or 3 a large page.
    let large: UInt64 = 1 << 7

    /// SVM's nested page tables: the format of long mode. Every access of a guest counts as a user access there. (AMD APM
    /// vol. 2 §15.25.5)
    public static let nestedPaging = NestedPageTableFormat(
        presentMask: 0b001, table: 0b111, readWrite: 0b110_0111, readOnly: 0b010_0101, writableMask: 0b010)

    init(presentMask: UInt64, table: UInt64, readWrite: UInt64, readOnly: UInt64, writableMask: UInt64) {
        self.presentMask = presentMask
        self.table = table
        self.readWrite = readWrite
        self.readOnly = readOnly
        self.writableMask = writableMask
    }

    /// Whether the entry is in use.
    @inline(__always)
    func isPresent(_ entry: UInt64) -> Bool { entry & presentMask != 0 }

    /// Whether an entry of the given level maps memory rather than leading to a table.
    @inline(__always)
    func isLeaf(_ entry: UInt64, level: UInt64) -> Bool { level == 1 || entry & large != 0 }
}
