// SPDX-License-Identifier: MIT
import Architecture

/// What distinguishes the two formats of nested page tables, AMD's NPT and Intel's EPT, when entries are made: their flags.
public struct NestedPageTableFormat: Sendable {
    /// The flags of an entry that leads to a further table.
    let table: UInt64
    /// The flags of a page that the guest may read, write and execute.
    let readWrite: UInt64
    /// The flags of a page that the guest may read and execute.
    let readOnly: UInt64
    /// The bit that makes an entry of level 2 or 3 a large page.
    let large: UInt64 = 1 << 7

    /// SVM's nested page tables: the format of long mode. Every access of a guest counts as a user access there. (AMD APM
    /// vol. 2 §15.25.5)
    public static let nestedPaging = NestedPageTableFormat(table: 0b111, readWrite: 0b110_0111, readOnly: 0b010_0101)

    /// VMX's extended page tables: bits 2:0 allow reading, writing and executing, bits 5:3 of a page are its memory type, here
    /// 6, write-back. (Intel SDM vol. 3C §29.3.2)
    public static let extendedPaging = NestedPageTableFormat(table: 0b111, readWrite: 0b11_0111, readOnly: 0b11_0101)

    init(table: UInt64, readWrite: UInt64, readOnly: UInt64) {
        self.table = table
        self.readWrite = readWrite
        self.readOnly = readOnly
    }
}
