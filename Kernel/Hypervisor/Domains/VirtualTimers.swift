// SPDX-License-Identifier: MIT

/// The deadlines of a virtual CPU, in nanoseconds of system time; `UInt64.max` for none.
struct VirtualTimers {
    /// The one-shot timer of `set_timer_op` and `VCPUOP_set_singleshot_timer`.
    var singleshot = UInt64.max
    /// When the periodic timer fires next.
    var periodic = UInt64.max
    /// The periodic timer's period in nanoseconds.
    var period: UInt64 = 0
    /// When a poll of event channels gives up.
    var poll = UInt64.max
    /// When the local APIC's timer fires.
    var localAPIC = UInt64.max

    /// The earliest of them.
    var earliest: UInt64 { min(min(singleshot, periodic), min(poll, localAPIC)) }
}
