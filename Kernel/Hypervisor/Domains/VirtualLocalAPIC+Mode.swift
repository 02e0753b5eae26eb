// SPDX-License-Identifier: MIT
import Architecture

/// The mode of a local APIC, which is set by writing APIC_BASE. (Intel SDM vol. 3A §11.4.4, §11.12.1, §11.12.5)
extension VirtualLocalAPIC {
    /// Where its registers are.
    enum Mode {
        /// It is off: the registers are nowhere, and no interrupt is accepted.
        case disabled
        /// In a page of memory.
        case xAPIC
        /// In MSRs 0x800 to 0x8FF.
        case x2APIC
    }

    /// Where the page lies. As on Xen it cannot be moved.
    private static var pageAddress: UInt64 { 0xFEE0_0000 }
    private static var isBootProcessor: UInt64 { 1 << 8 }
    private static var isExtended: UInt64 { 1 << 10 }
    private static var isOn: UInt64 { 1 << 11 }

    /// The mode that it is in.
    var mode: Mode {
        if base & VirtualLocalAPIC.isOn == 0 { return .disabled }
        return base & VirtualLocalAPIC.isExtended == 0 ? .xAPIC : .x2APIC
    }

    /// Whether its registers are in this page of guest-physical memory.
    func hasPage(_ frame: GuestFrame) -> Bool {
        frame.address.value == VirtualLocalAPIC.pageAddress && mode == .xAPIC
    }

    /// Writes APIC_BASE. From xAPIC mode the way leads to x2APIC mode, from there only to off, and from off only to xAPIC mode,
    /// in which everything is as after a reset.
    ///
    /// - Throws: `.generalProtection` for any other way, for reserved bits, and for another place of the page.
    mutating func setBase(_ value: UInt64) throws(GuestFault) {
        let isOn = VirtualLocalAPIC.isOn
        let isExtended = VirtualLocalAPIC.isExtended
        let changeable = isOn | isExtended | VirtualLocalAPIC.isBootProcessor
        guard value & ~changeable == VirtualLocalAPIC.pageAddress, value & isExtended == 0 || value & isOn != 0 else {
            throw .generalProtection
        }
        let changed = value ^ base
        if changed & isOn != 0 {
            guard value & isExtended == 0 else { throw .generalProtection }
            if value & isOn != 0 { reset() }
        } else if changed & isExtended != 0 && mode != .xAPIC {
            throw .generalProtection
        }
        base = value
    }

    /// The logical identifier in x2APIC mode: a cluster in bits 31:16, a bit in that cluster in bits 15:0. (§11.12.10.2)
    var extendedLogicalIdentifier: UInt32 { (identifier &>> 4) &<< 16 | 1 &<< (identifier & 15) }

    /// To whom the command register sends.
    var commandDestination: UInt32 {
        UInt32(truncatingIfNeeded: mode == .x2APIC ? command &>> 32 : command &>> 56)
    }

    /// Whether a destination names this local APIC: by its identifier, or by its logical one, or with all bits set, everyone.
    /// (§11.6.2)
    func isNamed(by destination: UInt32, isLogical: Bool) -> Bool {
        if mode == .x2APIC {
            if destination == .max { return true }
            guard isLogical else { return destination == identifier }
            let logical = extendedLogicalIdentifier
            return destination &>> 16 == logical &>> 16 && destination & logical & 0xFFFF != 0
        }
        if destination & 0xFF == 0xFF { return true }
        guard isLogical else { return destination == pagedIdentifier &>> 24 }
        let logical = logicalDestination &>> 24
        if destinationFormat &>> 28 == 0xF { return destination & logical != 0 }  // flat
        return destination &>> 4 == logical &>> 4 && destination & logical & 0xF != 0
    }
}
