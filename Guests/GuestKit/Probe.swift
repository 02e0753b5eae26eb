// SPDX-License-Identifier: MIT
import Architecture
import Instructions

/// Things that may raise an exception, without ending the guest.
public enum Probe {
    /// What a probe of a value has found.
    public enum Outcome: Equatable, Sendable {
        /// The instruction completed.
        case value(UInt64)
        /// The instruction raised the exception of this vector.
        case exception(UInt8)

        /// The value, if there is one.
        public var value: UInt64? {
            if case .value(let value) = self { value } else { nil }
        }
    }

    /// RDMSR.
    public static func readMSR(_ index: UInt32) -> Outcome { outcome(of: guest_try_read_msr(index)) }

    /// WRMSR. Answers the vector of the exception, or `nil` if there was none.
    public static func writeMSR(_ index: UInt32, _ value: UInt64) -> UInt8? {
        vector(guest_probe_write_msr(index, value))
    }

    /// Reads 32 bits of memory.
    public static func load32(_ address: UInt64) -> Outcome { outcome(of: guest_try_load32(address)) }

    /// Writes 32 bits of memory. Answers the vector of the exception, or `nil` if there was none.
    public static func store32(_ value: UInt32, at address: UInt64) -> UInt8? {
        vector(guest_probe_store32(address, value))
    }

    /// Calls the code at `address`, which must end with RET. Answers the vector of the exception, or `nil`.
    public static func call(_ address: UInt64) -> UInt8? { vector(guest_probe_call(address)) }

    /// CPUID in user mode. Answers the vector of the exception, or `nil` if there was none.
    public static func identifyInUserMode(_ leaf: UInt32) -> UInt8? { vector(guest_probe_user_cpuid(leaf)) }

    /// The error code of the exception that ended the last probe.
    public static var lastError: UInt64 { guest_last_error() }

    /// The address of the page fault that ended the last probe.
    public static var lastAddress: UInt64 { guest_last_fault_address() }

    private static func outcome(of probe: GuestProbe) -> Outcome {
        if let vector = vector(probe.outcome) { .exception(vector) } else { .value(probe.value) }
    }

    private static func vector(_ outcome: UInt32) -> UInt8? { UInt8(exactly: outcome) }
}
