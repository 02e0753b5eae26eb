// SPDX-License-Identifier: MIT

/// The registers of a local APIC, by number: the offset in its page divided by 16, and the MSR less 0x800. (Intel SDM vol. 3A
/// tables 11-1 and 11-6)
enum LocalAPICRegister {
    static let identifier: UInt32 = 0x02
    static let version: UInt32 = 0x03
    static let taskPriority: UInt32 = 0x08
    static let processorPriority: UInt32 = 0x0A
    static let endOfInterrupt: UInt32 = 0x0B
    static let logicalDestination: UInt32 = 0x0D
    static let destinationFormat: UInt32 = 0x0E
    static let spurious: UInt32 = 0x0F
    /// Eight registers of 32 vectors each.
    static let inService: ClosedRange<UInt32> = 0x10...0x17
    static let triggerMode: ClosedRange<UInt32> = 0x18...0x1F
    static let requested: ClosedRange<UInt32> = 0x20...0x27
    static let errorStatus: UInt32 = 0x28
    static let machineCheckVector: UInt32 = 0x2F
    static let command: UInt32 = 0x30
    /// The upper half of the command, in xAPIC mode only.
    static let commandHigh: UInt32 = 0x31
    static let timerVector: UInt32 = 0x32
    /// Timer, thermal, performance, LINT0, LINT1, error.
    static let localVectors: ClosedRange<UInt32> = 0x32...0x37
    static let timerInitialCount: UInt32 = 0x38
    static let timerCurrentCount: UInt32 = 0x39
    static let timerDivide: UInt32 = 0x3E
    /// In x2APIC mode only.
    static let selfInterrupt: UInt32 = 0x3F
}
