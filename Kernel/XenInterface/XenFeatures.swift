// SPDX-License-Identifier: MIT

/// What a guest may rely on (`XENFEAT_*`, Xen public header `features.h`): the bits of `XenVersionOperation.Features`.
public struct XenFeatures: OptionSet, GuestLayout {
    /// The bits.
    public var rawValue: UInt32 = 0

    /// No feature.
    public init() {}

    /// The features whose bits are set.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Page tables need not be write-protected.
    public static var writablePageTables: XenFeatures { XenFeatures(rawValue: 1 << 0) }
    /// Descriptor tables need not be write-protected.
    public static var writableDescriptorTables: XenFeatures { XenFeatures(rawValue: 1 << 1) }
    /// Guest frames are translated by the hypervisor.
    public static var autoTranslatedPhysicalMap: XenFeatures { XenFeatures(rawValue: 1 << 2) }
    /// Page-table updates keep the accessed and dirty bits.
    public static var updatePreservesAccessedDirty: XenFeatures { XenFeatures(rawValue: 1 << 5) }
    /// Events can be delivered by an interrupt vector.
    public static var callbackVector: XenFeatures { XenFeatures(rawValue: 1 << 8) }
    /// The paravirtual clock may be used by an HVM or PVH guest.
    public static var safeParavirtualClock: XenFeatures { XenFeatures(rawValue: 1 << 9) }
    /// Physical interrupts can be event channels.
    public static var physicalInterrupts: XenFeatures { XenFeatures(rawValue: 1 << 10) }
    /// The domain is the control domain.
    public static var controlDomain: XenFeatures { XenFeatures(rawValue: 1 << 11) }
    /// `memory_op` takes virtual NUMA nodes.
    public static var virtualNUMANodes: XenFeatures { XenFeatures(rawValue: 1 << 13) }
    /// Guest frames are not machine frames.
    public static var notDirectMapped: XenFeatures { XenFeatures(rawValue: 1 << 16) }
}
