// SPDX-License-Identifier: MIT
import CPU
import XenInterface

/// The shared info page, mapped at `address`, in the layout of a 64-bit guest.
public struct SharedInfo: Sendable {
    /// Where it lies.
    public let address: UInt64
    /// The offsets of its fields.
    public var layout: SharedInfoLayout { .bits64 }

    /// Has the page put at `address`, which must be a multiple of 4096, and answers `nil` if that is refused.
    public init?(at address: UInt64, _ hypercalls: Hypercalls) {
        guard hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: address) == 0 else { return nil }
        self.address = address
        for word in 0..<64 { Memory.store64(UInt64.max, at: field(layout.eventMask) &+ UInt64(word) &* 8) }
    }

    /// The page where it has been put already.
    public init(mappedAt address: UInt64) { self.address = address }

    /// The address of a field.
    public func field(_ offset: Int) -> UInt64 { address &+ UInt64(offset) }

    /// Whether an event waits on `port`.
    public func isPending(_ port: EventChannelPort) -> Bool { bit(port, of: layout.eventPending) }
    /// Whether events on `port` are held back.
    public func isMasked(_ port: EventChannelPort) -> Bool { bit(port, of: layout.eventMask) }
    /// Marks the event on `port` as seen.
    public func clearPending(_ port: EventChannelPort) { set(port, of: layout.eventPending, to: false) }
    /// Holds events on `port` back.
    public func mask(_ port: EventChannelPort) { set(port, of: layout.eventMask, to: true) }
    /// Lets events on `port` through, without telling the hypervisor.
    public func unmask(_ port: EventChannelPort) { set(port, of: layout.eventMask, to: false) }

    private func word(_ port: EventChannelPort, of bitmap: Int) -> UInt64 {
        field(bitmap) &+ UInt64(port.rawValue / 64 % 64) &* 8
    }
    private func bit(_ port: EventChannelPort, of bitmap: Int) -> Bool {
        Memory.load64(word(port, of: bitmap)) & 1 &<< UInt64(port.rawValue % 64) != 0
    }
    private func set(_ port: EventChannelPort, of bitmap: Int, to value: Bool) {
        let bit = UInt64(port.rawValue % 64)
        _ =
            value
            ? cpu_test_and_set_bit(word(port, of: bitmap), bit) : cpu_test_and_clear_bit(word(port, of: bitmap), bit)
    }
}
