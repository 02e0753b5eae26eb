// SPDX-License-Identifier: MIT
import XenInterface

/// Addresses and names that lead nowhere.
enum Nowhere {
    /// A linear address that the guest's page tables do not map: they end at 4 GiB.
    static var linearAddress: UInt64 { 0x1_0000_0000 }
    /// A guest-physical address below 4 GiB at which there is neither memory nor a device.
    static var physicalAddress: UInt64 { 0xF000_0000 }
    /// A domain that does not exist.
    static var domain: DomainIdentifier { DomainIdentifier(rawValue: 0x1234) }
    /// A port beyond any table.
    static var port: EventChannelPort { EventChannelPort(rawValue: 0xFFFF_FFFF) }
    /// A vCPU beyond any table.
    static var vcpu: UInt64 { 4097 }
    /// A number that is no operation of any hypercall.
    static var operation: UInt64 { 61 }
}
