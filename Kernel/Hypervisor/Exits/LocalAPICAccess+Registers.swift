// SPDX-License-Identifier: MIT
import Architecture

/// The registers in x2APIC mode: model-specific registers, with strict rules. (Intel SDM vol. 3A §11.12)
extension PhysicalCPU {
    /// RDMSR of a register; nil where a guest gets #GP.
    func readExtendedLocalAPIC(_ register: UInt32, of vcpu: VirtualCPU) -> UInt64? {
        guard vcpu.localAPIC.mode == .x2APIC else { return nil }
        return switch register {
        case LocalAPICRegister.identifier: UInt64(vcpu.localAPIC.identifier)
        case LocalAPICRegister.logicalDestination: UInt64(vcpu.localAPIC.extendedLogicalIdentifier)
        case LocalAPICRegister.command: vcpu.localAPIC.command
        default: readLocalAPIC(register, of: vcpu).map { UInt64($0) }
        }
    }

    /// WRMSR of a register. The command register is written at once, with its destination.
    ///
    /// - Throws: `.generalProtection` for a register that cannot be written, or reserved bits.
    func writeExtendedLocalAPIC(_ register: UInt32, _ value: UInt64, of vcpu: VirtualCPU) throws(GuestFault) {
        guard vcpu.localAPIC.mode == .x2APIC, let allowed = VirtualLocalAPIC.allowedBits(register),
            value & ~allowed == 0
        else { throw .generalProtection }
        let low = UInt32(truncatingIfNeeded: value)
        switch register {
        case LocalAPICRegister.command:
            vcpu.localAPIC.command = value
            writeLocalAPIC(register, low, of: vcpu)
        case LocalAPICRegister.selfInterrupt:
            writeLocalAPIC(LocalAPICRegister.command, 1 << 18 | low, of: vcpu)
        default: writeLocalAPIC(register, low, of: vcpu)
        }
    }
}

/// The registers in xAPIC mode: the first four of every sixteen bytes of a page. (Intel SDM vol. 3A §11.4.1)
extension PhysicalCPU {
    /// Reads 1 to 8 bytes of the page. What does not lie within a register reads as zero, as on Xen.
    func readLocalAPICPage(_ offset: UInt64, width: UInt8, of vcpu: VirtualCPU) -> UInt64 {
        guard offset & 15 &+ UInt64(width) <= 4 else { return 0 }
        let value = readPagedLocalAPIC(UInt32(truncatingIfNeeded: offset &>> 4), of: vcpu)
        return UInt64(value) &>> (offset & 3 &* 8) & .mask(ofBytes: width)
    }

    /// Writes to the page. A part of a register is written with the rest as it reads.
    func writeLocalAPICPage(_ offset: UInt64, _ value: UInt64, width: UInt8, of vcpu: VirtualCPU) {
        guard offset & 15 &+ UInt64(width) <= 4 else { return }
        let register = UInt32(truncatingIfNeeded: offset &>> 4)
        let shift = offset & 3 &* 8
        let mask = UInt64.mask(ofBytes: width) &<< shift
        let kept = width == 4 ? 0 : UInt64(readPagedLocalAPIC(register, of: vcpu)) & ~mask
        let whole = UInt32(truncatingIfNeeded: kept | value &<< shift & mask)
        switch register {
        case LocalAPICRegister.identifier: vcpu.localAPIC.pagedIdentifier = whole
        case LocalAPICRegister.logicalDestination: vcpu.localAPIC.logicalDestination = whole & 0xFF00_0000
        case LocalAPICRegister.destinationFormat: vcpu.localAPIC.destinationFormat = whole | 0x0FFF_FFFF
        case LocalAPICRegister.commandHigh:
            let low = vcpu.localAPIC.command & 0xFFFF_FFFF
            vcpu.localAPIC.command = UInt64(whole & 0xFF00_0000) &<< 32 | low
        default: writeLocalAPIC(register, whole, of: vcpu)
        }
    }

    private func readPagedLocalAPIC(_ register: UInt32, of vcpu: VirtualCPU) -> UInt32 {
        let apic = vcpu.localAPIC
        return switch register {
        case LocalAPICRegister.identifier: apic.pagedIdentifier
        case LocalAPICRegister.logicalDestination: apic.logicalDestination
        case LocalAPICRegister.destinationFormat: apic.destinationFormat
        case LocalAPICRegister.command: UInt32(truncatingIfNeeded: apic.command)
        case LocalAPICRegister.commandHigh: UInt32(truncatingIfNeeded: apic.command &>> 32)
        default: readLocalAPIC(register, of: vcpu) ?? 0
        }
    }
}
