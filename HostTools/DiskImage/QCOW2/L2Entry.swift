// SPDX-License-Identifier: MIT

/// What an L2 entry says about a guest cluster, or with extended entries about one of its subclusters.
enum Mapping: Equatable {
    /// Nothing: the backing file decides.
    case absent
    /// It reads as zeros; where the entry has a host cluster set aside, the place in it.
    case zeros(HostOffset?)
    /// The bytes lie here.
    case data(HostOffset)
    /// The cluster is packed: its bytes begin here, and end within so many bytes.
    case compressed(HostOffset, byteCount: UInt64)
}

/// An entry of an L2 table, and of an L1 table. Source: qcow2.txt, "Cluster mapping" and "Extended L2 Entries".
struct L2Entry: Equatable {
    /// Bit 63: the reference count is exactly 1, so writing in place harms nobody.
    static let copied: UInt64 = 1 << 63
    /// Bit 62: the descriptor is that of a compressed cluster.
    static let compressed: UInt64 = 1 << 62
    /// Bit 0: the cluster reads as zeros.
    static let zero: UInt64 = 1
    /// Bits 9 to 55: where the cluster lies.
    static let offsetMask: UInt64 = 0x00FF_FFFF_FFFF_FE00
    /// All bits of a bitmap's first half: each subcluster is in use.
    static let allSubclusters: UInt64 = 0xFFFF_FFFF
    /// Bits of L1 entries that are reserved.
    static let reservedInL1: UInt64 = 0x7F00_0000_0000_01FF

    var word: UInt64
    /// With extended entries: bit x says that subcluster x is in use, bit 32 + x that it reads as zeros.
    var bitmap: UInt64

    static let absent = L2Entry(word: 0, bitmap: 0)

    /// The entry for a cluster of data whose reference count is 1.
    static func data(_ host: HostOffset, _ geometry: ClusterGeometry, bitmap: UInt64 = allSubclusters) -> L2Entry {
        L2Entry(word: host.bytes | copied, bitmap: geometry.hasExtendedEntries ? bitmap : 0)
    }

    /// The entry for a cluster that reads as zeros and has no room of its own.
    static func zeros(_ geometry: ClusterGeometry) -> L2Entry {
        geometry.hasExtendedEntries ? L2Entry(word: 0, bitmap: allSubclusters << 32) : L2Entry(word: zero, bitmap: 0)
    }

    /// The entry for a packed cluster.
    static func compressed(_ host: HostOffset, byteCount: UInt64, _ geometry: ClusterGeometry) -> L2Entry {
        let sectors = (host.bytes + byteCount - 1) / 512 - host.bytes / 512
        return L2Entry(word: compressed | sectors << compressedOffsetBits(geometry) | host.bytes, bitmap: 0)
    }

    /// Bits of a compressed descriptor that are the offset; those above, up to bit 61, count sectors.
    static func compressedOffsetBits(_ geometry: ClusterGeometry) -> UInt64 { UInt64(62 - (geometry.clusterBits - 8)) }

    /// Whether the cluster is packed.
    var isCompressed: Bool { word & Self.compressed != 0 }

    /// The host cluster of an entry that is not compressed; nil when there is none.
    var host: HostOffset? {
        let offset = word & Self.offsetMask
        return offset == 0 ? nil : HostOffset(offset)
    }

    /// What the entry says about its subcluster `index`, which is 0 where there are none.
    ///
    /// Only the form is looked at; ``MappingRules`` says whether it holds.
    func mapping(_ index: Int, _ geometry: ClusterGeometry) -> Mapping {
        if isCompressed {
            let bits = Self.compressedOffsetBits(geometry)
            let offset = word & (1 << bits - 1) & ((1 << 56) - 1)
            let sectors = (word & (Self.compressed - 1)) >> bits + 1
            return .compressed(HostOffset(offset), byteCount: sectors * 512 - offset % 512)
        }
        guard geometry.hasExtendedEntries else {
            if word & Self.zero != 0 { return .zeros(host) }
            return host.map { .data($0) } ?? .absent
        }
        let place = host.map { $0 + UInt64(index) * geometry.subclusterSize }
        if bitmap >> UInt64(32 + index) & 1 != 0 { return .zeros(place) }
        guard bitmap >> UInt64(index) & 1 != 0, let place else { return .absent }
        return .data(place)
    }
}
