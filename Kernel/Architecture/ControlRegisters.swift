// SPDX-License-Identifier: MIT

/// CR0: the operating mode. (AMD APM vol. 2 §3.1.1)
public struct CR0: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0, PE: protected mode.
    public static let protectionEnable = CR0(rawValue: 1 << 0)
    /// Bit 4, ET: reads as one.
    public static let extensionType = CR0(rawValue: 1 << 4)
    /// Bit 5, NE: floating-point errors as exceptions.
    public static let numericError = CR0(rawValue: 1 << 5)
    /// Bit 16, WP: the supervisor obeys read-only pages too.
    public static let writeProtect = CR0(rawValue: 1 << 16)
    /// Bit 29, NW: caches do not write through.
    public static let notWriteThrough = CR0(rawValue: 1 << 29)
    /// Bit 30, CD: caches are off.
    public static let cacheDisable = CR0(rawValue: 1 << 30)
    /// Bit 31, PG: paging.
    public static let paging = CR0(rawValue: 1 << 31)
}

/// CR4: extensions. (AMD APM vol. 2 §3.1.3)
public struct CR4: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0, VME: virtual-8086 tasks take interrupts themselves.
    public static let virtual8086Extensions = CR4(rawValue: 1 << 0)
    /// Bit 1, PVI: the same for protected mode.
    public static let virtualInterrupts = CR4(rawValue: 1 << 1)
    /// Bit 2, TSD: only the supervisor reads the time-stamp counter.
    public static let timestampDisable = CR4(rawValue: 1 << 2)
    /// Bit 3, DE: breakpoints on ports.
    public static let debuggingExtensions = CR4(rawValue: 1 << 3)
    /// Bit 4, PSE: 4 MiB pages without PAE.
    public static let pageSizeExtensions = CR4(rawValue: 1 << 4)
    /// Bit 5, PAE: 64-bit page-table entries.
    public static let physicalAddressExtension = CR4(rawValue: 1 << 5)
    /// Bit 6, MCE: machine checks are taken.
    public static let machineChecks = CR4(rawValue: 1 << 6)
    /// Bit 7, PGE: translations that outlive a change of CR3.
    public static let globalPages = CR4(rawValue: 1 << 7)
    /// Bit 8, PCE: user mode reads performance counters.
    public static let performanceCounters = CR4(rawValue: 1 << 8)
    /// Bit 9, OSFXSR: SSE is on.
    public static let fxsave = CR4(rawValue: 1 << 9)
    /// Bit 10, OSXMMEXCPT: exceptions of vector instructions.
    public static let vectorExceptions = CR4(rawValue: 1 << 10)
    /// Bit 11, UMIP: user mode does not read the descriptor tables' registers.
    public static let userModeInstructionPrevention = CR4(rawValue: 1 << 11)
    /// Bit 16, FSGSBASE: user mode reads and writes the bases of FS and GS.
    public static let segmentBases = CR4(rawValue: 1 << 16)
    /// Bit 17, PCIDE: cached translations are tagged with bits 11:0 of CR3.
    public static let processContextIdentifiers = CR4(rawValue: 1 << 17)
    /// Bit 18, OSXSAVE: XSAVE and XCR0 are on.
    public static let xsave = CR4(rawValue: 1 << 18)
    /// Bit 20, SMEP: the supervisor does not execute user pages.
    public static let supervisorExecutionPrevention = CR4(rawValue: 1 << 20)
    /// Bit 21, SMAP: the supervisor does not access user pages, unless RFLAGS.AC is set.
    public static let supervisorAccessPrevention = CR4(rawValue: 1 << 21)
}

/// The extended feature enable register. (AMD APM vol. 2 §3.1.7)
public struct EFER: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0, SCE: SYSCALL and SYSRET.
    public static let systemCall = EFER(rawValue: 1 << 0)
    /// Bit 8, LME: long mode when paging is on.
    public static let longModeEnable = EFER(rawValue: 1 << 8)
    /// Bit 10, LMA: long mode is active.
    public static let longModeActive = EFER(rawValue: 1 << 10)
    /// Bit 11, NXE: pages can be non-executable.
    public static let noExecuteEnable = EFER(rawValue: 1 << 11)
    /// Bit 12, SVME: the SVM instructions are on.
    public static let secureVirtualMachineEnable = EFER(rawValue: 1 << 12)
    /// Bit 14, FFXSR: FXSAVE leaves out the XMM registers in 64-bit supervisor code.
    public static let fastFXSave = EFER(rawValue: 1 << 14)
}

/// The flags register. (AMD APM vol. 2 §3.1.6)
public struct RFlags: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0, CF: a carry or borrow.
    public static let carry = RFlags(rawValue: 1 << 0)
    /// Bit 1 reads as one.
    public static let alwaysOne = RFlags(rawValue: 1 << 1)
    /// Bit 2, PF: the lowest byte of the result has an even number of ones.
    public static let parity = RFlags(rawValue: 1 << 2)
    /// Bit 4, AF: a carry out of the lowest four bits.
    public static let adjust = RFlags(rawValue: 1 << 4)
    /// Bit 6, ZF: the result is zero.
    public static let zero = RFlags(rawValue: 1 << 6)
    /// Bit 7, SF: the result is negative.
    public static let sign = RFlags(rawValue: 1 << 7)
    /// Bit 8, TF: a debug exception after every instruction.
    public static let trap = RFlags(rawValue: 1 << 8)
    /// Bit 9, IF: maskable interrupts are taken.
    public static let interruptEnable = RFlags(rawValue: 1 << 9)
    /// Bit 10, DF: string instructions go downwards.
    public static let direction = RFlags(rawValue: 1 << 10)
    /// Bit 11, OF: the signed result does not fit.
    public static let overflow = RFlags(rawValue: 1 << 11)
    /// Bit 16, RF: no breakpoint stops the next instruction.
    public static let resume = RFlags(rawValue: 1 << 16)
    /// Bit 17, VM: virtual-8086 mode.
    public static let virtual8086 = RFlags(rawValue: 1 << 17)
    /// Bit 18, AC: for the supervisor, user pages may be accessed though SMAP protects them.
    public static let alignmentCheck = RFlags(rawValue: 1 << 18)
}

/// XCR0: the components of processor state that XSAVE manages. (AMD APM vol. 2 §11.5.2)
public struct XCR0: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0: x87; always set.
    public static let x87 = XCR0(rawValue: 1 << 0)
    /// Bit 1: the XMM registers.
    public static let sse = XCR0(rawValue: 1 << 1)
    /// Bit 2: the upper halves of the YMM registers.
    public static let avx = XCR0(rawValue: 1 << 2)
}
