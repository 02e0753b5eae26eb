// SPDX-License-Identifier: MIT
import CPU
import Instructions

/// The processor that the guest sees.
public enum Processor {
    /// CPUID.
    public static func identify(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> CPUIDResult { cpu_cpuid(leaf, subleaf) }

    /// Whether the vendor is AMD or Hygon, whose processors make hypercalls by VMMCALL.
    public static var isByAMD: Bool {
        let vendor = identify(0)
        let isAMD = vendor.ebx == 0x6874_7541 && vendor.edx == 0x6974_6E65 && vendor.ecx == 0x444D_4163
        let isHygon = vendor.ebx == 0x6F67_7948 && vendor.edx == 0x6E65_476E && vendor.ecx == 0x656E_6975
        return isAMD || isHygon
    }

    /// The time-stamp counter.
    public static var timestamp: UInt64 { cpu_read_timestamp() }

    /// Takes the interrupts that are pending, and no others.
    public static func takeInterrupts() { cpu_take_pending_interrupts() }

    /// Takes interrupts from here on.
    public static func enableInterrupts() { guest_enable_interrupts() }

    /// Takes no interrupts from here on.
    public static func disableInterrupts() { cpu_disable_interrupts() }

    /// Sleeps until an interrupt has been taken.
    public static func waitForInterrupt() { cpu_wait_for_interrupt() }
}
