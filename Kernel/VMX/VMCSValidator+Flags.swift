// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Checks on RIP and RFLAGS. (Intel SDM vol. 3C §27.3.1.4)
extension VMCSValidator {
    static func brokenFlagsRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let rip = vmcs[GuestFields.rip]
        let is64Bit = vmcs.isLongModeGuest && SegmentState(.cs, of: vmcs).isLong
        if !is64Bit && rip >> 32 != 0 { return "RIP has bits 63:32 set outside 64-bit code" }
        if is64Bit && !isCanonical(rip) { return "RIP is not canonical" }
        let flags = vmcs[GuestFields.rflags]
        if flags.rawValue & ~0x3F_7FD7 != 0 || !flags.contains(.alwaysOne) {
            return "RFLAGS has reserved bits that must be otherwise"
        }
        let isProtected = vmcs[GuestFields.cr0].contains(.protectionEnable)
        if flags.contains(.virtual8086) && (vmcs.isLongModeGuest || !isProtected) {
            return "RFLAGS.VM is set in long mode or real mode"
        }
        let event = vmcs.injection
        if event.isValid && event.kind == .interrupt && !flags.contains(.interruptEnable) {
            return "an interrupt is injected and RFLAGS.IF is clear"
        }
        return nil
    }
}
