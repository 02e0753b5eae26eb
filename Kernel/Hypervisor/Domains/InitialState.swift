// SPDX-License-Identifier: MIT
import Architecture

/// The registers with which a virtual CPU starts.
public struct InitialState: Sendable {
    public var instructionPointer: UInt64
    public var stackPointer: UInt64 = 0
    public var flags = RFlags.alwaysOne
    public var cr0: CR0 = [.protectionEnable, .extensionType]
    public var cr3: UInt64 = 0
    public var cr4: CR4 = []
    public var efer: EFER = []
    public var code = Segment.flatCode32
    public var data = Segment.flatData
    public var stack = Segment.flatData
    public var extra = Segment.flatData
    public var task = Segment.initialTask

    /// The state in which a PVH guest is entered: flat 32-bit protected mode without paging. (Xen `docs/misc/pvh.pandoc`)
    public static func protectedMode(entry: UInt32) -> InitialState {
        InitialState(instructionPointer: UInt64(entry))
    }

    /// The state after a start-up message of the local APIC: real mode at the start of page `vector`. (Intel SDM vol. 3A
    /// §9.4.4)
    public static func realMode(vector: UInt8) -> InitialState {
        var state = InitialState(instructionPointer: 0)
        state.cr0 = [.extensionType, .notWriteThrough, .cacheDisable]
        state.code = Segment(
            selector: UInt16(vector) << 8, attributes: SegmentAttributes(rawValue: 0x09B), limit: 0xFFFF,
            base: UInt64(vector) << 12)
        let data = Segment(selector: 0, attributes: SegmentAttributes(rawValue: 0x093), limit: 0xFFFF, base: 0)
        (state.data, state.stack, state.extra) = (data, data, data)
        state.task = Segment(selector: 0, attributes: SegmentAttributes(rawValue: 0x08B), limit: 0xFFFF, base: 0)
        return state
    }

    init(instructionPointer: UInt64) {
        self.instructionPointer = instructionPointer
    }
}
