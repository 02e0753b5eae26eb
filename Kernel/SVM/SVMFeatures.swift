// SPDX-License-Identifier: MIT

/// What the processor's SVM can do: EDX of CPUID leaf 0x8000000A. (AMD APM vol. 3 appendix E.4.9)
struct SVMFeatures: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 0, NP: nested paging.
    static let nestedPaging = SVMFeatures(rawValue: 1 << 0)
    /// Bit 3, NRIPS: an exit tells where the next instruction is.
    static let nextInstructionSave = SVMFeatures(rawValue: 1 << 3)
    /// Bit 6, FlushByAsid.
    static let flushByIdentifier = SVMFeatures(rawValue: 1 << 6)
    /// Bit 7, DecodeAssists: an exit tells more about the instruction.
    static let decodeAssists = SVMFeatures(rawValue: 1 << 7)
}
