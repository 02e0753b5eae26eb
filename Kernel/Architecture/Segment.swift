// SPDX-License-Identifier: MIT

/// The segment registers, in the order in which instructions number them. (AMD APM vol. 3 §1.4.1)
public enum SegmentRegister: UInt8, Sendable {
    case es, cs, ss, ds, fs, gs
}

/// A segment register with its hidden part, as a VMCB holds it. (AMD APM vol. 2 §15.5.1 and appendix B, table B-2)
public struct Segment: Equatable, BitwiseCopyable, Sendable {
    /// The visible part.
    public var selector: UInt16
    /// Bits 55:52 and 47:40 of the descriptor, packed into 12 bits.
    public var attributes: SegmentAttributes
    /// The limit in bytes, already scaled by the granularity.
    public var limit: UInt32
    /// The base address.
    public var base: UInt64

    /// A segment from its four parts.
    public init(selector: UInt16, attributes: SegmentAttributes, limit: UInt32, base: UInt64) {
        self.selector = selector
        self.attributes = attributes
        self.limit = limit
        self.base = base
    }

    /// Flat 32-bit code from 0 to 4 GiB, as a PVH guest starts with.
    public static let flatCode32 = Segment(
        selector: 0x08, attributes: SegmentAttributes(rawValue: 0xC9B), limit: .max, base: 0)
    /// Flat data from 0 to 4 GiB.
    public static let flatData = Segment(
        selector: 0x10, attributes: SegmentAttributes(rawValue: 0xC93), limit: .max, base: 0)
    /// A busy 32-bit task state segment at address 0.
    public static let initialTask = Segment(
        selector: 0, attributes: SegmentAttributes(rawValue: 0x08B), limit: 0x67, base: 0)
    /// No segment.
    public static let null = Segment(selector: 0, attributes: SegmentAttributes(rawValue: 0), limit: 0, base: 0)
}

/// The attributes of a segment: type, privilege, presence and size. (AMD APM vol. 2 §4.7 and §15.5.1)
public struct SegmentAttributes: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Bit 1, W or R: a data segment that can be written, a code segment that can be read.
    public static let accessible = SegmentAttributes(rawValue: 1 << 1)
    /// Bit 2, E: of a data segment: it expands down, so that the limit is below it.
    public static let expandsDown = SegmentAttributes(rawValue: 1 << 2)
    /// Bit 3: code rather than data.
    public static let code = SegmentAttributes(rawValue: 1 << 3)
    /// Bit 7, P: present.
    public static let present = SegmentAttributes(rawValue: 1 << 7)
    /// Bit 9, L: 64-bit code.
    public static let long = SegmentAttributes(rawValue: 1 << 9)
    /// Bit 10, D/B: 32-bit code or stack.
    public static let default32 = SegmentAttributes(rawValue: 1 << 10)

    /// Bits 6:5, the descriptor's privilege level.
    public var privilegeLevel: UInt8 { UInt8(truncatingIfNeeded: rawValue &>> 5) & 3 }
}
