// SPDX-License-Identifier: MIT

/// An L2 table in memory.
final class L2Table {
    /// Where it lies in the file.
    let offset: HostOffset
    /// Its numbers: one for each entry, or two with extended entries.
    private(set) var words: [UInt64]
    /// Whether it has changed since it was read or written.
    var isDirty = false

    init(offset: HostOffset, words: [UInt64]) {
        self.offset = offset
        self.words = words
    }

    /// The entry `index`.
    func entry(_ index: Int, _ geometry: ClusterGeometry) -> L2Entry {
        guard geometry.hasExtendedEntries else { return L2Entry(word: words[index], bitmap: 0) }
        return L2Entry(word: words[index * 2], bitmap: words[index * 2 + 1])
    }

    /// Changes the entry `index`.
    func set(_ index: Int, to entry: L2Entry, _ geometry: ClusterGeometry) {
        isDirty = true
        guard geometry.hasExtendedEntries else {
            words[index] = entry.word
            return
        }
        words[index * 2] = entry.word
        words[index * 2 + 1] = entry.bitmap
    }

    /// Where the entry `index` lies in the file.
    func position(_ index: Int, _ geometry: ClusterGeometry) -> UInt64 {
        offset.bytes + UInt64(index * geometry.wordsInEntry * 8)
    }
}
