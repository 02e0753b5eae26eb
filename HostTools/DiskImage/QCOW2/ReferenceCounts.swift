// SPDX-License-Identifier: MIT

/// How often each cluster of an image is referred to, as counted from its tables.
///
/// Memory is used for the neighbourhood of clusters that are referred to, not for the length of the file.
struct ReferenceCounts {
    // So small that references scattered over a large file cost little more than the entries that make them.
    private static let pageBits: UInt64 = 6
    private static let maximumPages = 1 << 23
    private var pages: [UInt64: [UInt32]] = [:]
    // The page of the latest access is kept outside the dictionary: most accesses follow one another.
    private var current: [UInt32] = []
    private var currentPage: UInt64 = .max

    /// How often the cluster is referred to.
    subscript(cluster: ClusterIndex) -> UInt64 {
        let page = cluster.number >> Self.pageBits
        let counts = page == currentPage ? current : pages[page]
        return counts.map { UInt64($0[Int(cluster.number & (1 << Self.pageBits - 1))]) } ?? 0
    }

    /// Counts further references to a cluster.
    mutating func add(_ cluster: ClusterIndex, times: UInt64 = 1, file: String) throws(DiskImageError) {
        try turn(to: cluster.number >> Self.pageBits, file: file)
        let index = Int(cluster.number & (1 << Self.pageBits - 1))
        current[index] = UInt32(clamping: UInt64(current[index]) + min(times, 1 << 32))
    }

    /// Forgets all references to a cluster that has been counted.
    mutating func remove(_ cluster: ClusterIndex) {
        let (page, index) = (cluster.number >> Self.pageBits, Int(cluster.number & (1 << Self.pageBits - 1)))
        if page == currentPage { current[index] = 0 } else { pages[page]?[index] = 0 }
    }

    private mutating func turn(to page: UInt64, file: String) throws(DiskImageError) {
        guard page != currentPage else { return }
        if currentPage != .max { pages[currentPage] = current }
        current = pages.removeValue(forKey: page) ?? [UInt32](repeating: 0, count: 1 << Int(Self.pageBits))
        currentPage = page
        guard pages.count < Self.maximumPages else {
            throw .refused(file: file, reason: "its clusters are scattered over too large a file to be counted")
        }
    }

    /// All clusters that are referred to, in order, with their counts.
    func visit(_ body: (ClusterIndex, UInt64) throws(DiskImageError) -> Void) throws(DiskImageError) {
        var all = Array(pages.keys)
        if currentPage != .max { all.append(currentPage) }
        for page in all.sorted() {
            let counts = (page == currentPage ? current : pages[page]) ?? []
            for (index, count) in counts.enumerated() where count != 0 {
                try body(ClusterIndex(page << Self.pageBits + UInt64(index)), UInt64(count))
            }
        }
    }
}
