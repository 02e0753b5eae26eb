// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Whether the bytes at `host` lie in a hole of the file, and for how many bytes that holds, at most `limit`.
    ///
    /// Looking for holes costs a call for each segment, so it is done only where they are to be expected: where more
    /// clusters are in use than the file has room for on the host. That is also where QEMU looks for them.
    func hole(at host: HostOffset, limit: UInt64) throws(DiskImageError) -> (isHole: Bool, count: UInt64) {
        guard try expectsHoles() else { return (false, limit) }
        guard host.bytes < (try file.size()) else { return (true, limit) }
        let (isData, count) = file.extent(at: host, limit: limit)
        return (!isData, count)
    }

    /// Whether the file has holes where the image has clusters, as after preallocation of metadata.
    private func expectsHoles() throws(DiskImageError) -> Bool {
        if let hasHoles { return hasHoles }
        let real = try file.allocatedSize() / clusterSize
        let result = try refcounts.areInUse(atLeast: max(real * 10 / 9, real + 2))
        hasHoles = result
        return result
    }
}

extension RefcountStore {
    /// Whether so many clusters are in use. Each block is looked at once, however many entries name it.
    func areInUse(atLeast count: UInt64) throws(DiskImageError) -> Bool {
        var (found, seen): (UInt64, Set<UInt64>) = (0, [])
        for index in entries.indices where entries[index] != 0 && seen.insert(entries[index]).inserted {
            guard let block = try block(index) else { continue }
            for slot in 0..<Int(geometry.countsInBlock) where block[slot] != 0 {
                found += 1
                if found >= count { return true }
            }
        }
        return false
    }
}
