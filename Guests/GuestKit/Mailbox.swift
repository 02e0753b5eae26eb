// SPDX-License-Identifier: MIT
import XenInterface

/// A page that two guests share, through which one has the other make hypercalls: the other's grant of number `reference`.
///
/// Words of 64 bits: 0 the number of the last request, 1 what to do, 2 to 7 its arguments, 8 the number of the last request
/// that is done, 9 its result, 10 the page's address in the guest that serves, 11 the address of its pages to try things
/// with, 12 that of its grant table. Structures lie in the page's second half.
public enum Mailbox {
    /// The entry of the serving guest's grant table that grants the page.
    public static var reference: UInt32 { 40 }
    /// How many pages the serving guest has set aside.
    public static var pageCount: UInt64 { 8 }

    /// What can be asked for.
    public enum Request: UInt64 {
        /// A hypercall: its number, and five arguments.
        case hypercall = 1
        /// 64 bits of memory: the address.
        case load = 2
        /// Writes 64 bits of memory: the address, the value.
        case store = 3
        /// Whether an event is pending on a port, which is forgotten then: the port.
        case takeEvent = 4
        /// Writes two values in turn to 64 bits of memory: the address, the values, and how often.
        case alternate = 5
    }

    /// The offset of a word.
    public static func word(_ index: UInt64) -> UInt64 { index &* 8 }
    /// The offset of the last request's number.
    public static var requested: UInt64 { word(0) }
    /// The offset of the number of the last request that is done.
    public static var done: UInt64 { word(8) }
    /// The offset of its result.
    public static var result: UInt64 { word(9) }
    /// The offset of the page's address in the serving guest.
    public static var address: UInt64 { word(10) }
    /// The offset of the address of its spare pages.
    public static var pages: UInt64 { word(11) }
    /// The offset of the address of its grant table.
    public static var table: UInt64 { word(12) }
    /// The offset of the structures.
    public static var structures: UInt64 { 2048 }
}
