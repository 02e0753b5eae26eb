// SPDX-License-Identifier: MIT

/// Why a guest frame is mapped. A nested page-table entry keeps this in bits 54:52, which both vendors leave to software.
public enum FrameUse: UInt64, BitwiseCopyable, Sendable {
    /// Ordinary memory of the domain. The physical map owns the frame and frees it when it is unmapped.
    case ram = 1
    /// A page that something else owns and the domain is shown: shared information, a grant table frame, the console.
    case special = 2
    /// A frame of another domain, which has granted it. Its owner frees it, once the mapping has ended.
    case grant = 3

    /// The bits for an entry.
    var bits: UInt64 { rawValue &<< 52 }

    /// The use that an entry notes; nil for an entry that was not made here.
    init?(entry: UInt64) {
        self.init(rawValue: entry &>> 52 & 7)
    }
}
