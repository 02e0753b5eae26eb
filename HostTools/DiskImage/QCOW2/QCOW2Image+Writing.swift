// SPDX-License-Identifier: MIT

extension QCOW2Image {
    public func write(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) {
        try requireWithin(offset, UInt64(bytes.count))
        try prepareForWriting()
        var rest = bytes
        var position = offset
        while !rest.isEmpty {
            // Pieces end at a table's end at the latest, and are small enough to be copied.
            let pieceEnd = min(
                (position.bytes / geometry.bytesInTable + 1) * geometry.bytesInTable,
                (position.bytes + max(clusterSize, 4 << 20)).roundedDown(to: clusterSize))
            let piece = rest.prefix(Int(min(UInt64(rest.count), pieceEnd - position.bytes)))
            if geometry.hasExtendedEntries {
                try writeSubclusters(piece, at: position)
            } else {
                try writeClusters(piece, at: position)
            }
            rest = rest.dropFirst(piece.count)
            position += UInt64(piece.count)
        }
    }

    private func writeClusters(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) {
        let end = offset + UInt64(bytes.count)
        let start = GuestOffset(offset.bytes.roundedDown(to: clusterSize))
        let placements = try place(start..<GuestOffset(end.bytes.roundedUp(to: clusterSize)))
        for placement in placements {
            let from = max(placement.guest, offset)
            let to = min(placement.guest + placement.count, end)
            let piece = bytes[bytes.startIndex + Int(from - offset)..<bytes.startIndex + Int(to - offset)]
            if placement.isFresh {
                try fill(placement, with: piece, at: from)
            } else {
                try file.write(piece, at: placement.host + (from - placement.guest))
            }
        }
        try link(placements)
    }

    /// Writes bytes into new room, and what the disk had around them.
    private func fill(
        _ placement: Placement, with bytes: ArraySlice<UInt8>, at offset: GuestOffset
    ) throws(DiskImageError) {
        let head = try oldBytes(placement.guest..<offset)
        let tail = try oldBytes(offset + UInt64(bytes.count)..<placement.guest + placement.count)
        if head.isEmpty && tail.isEmpty { return try file.write(bytes, at: placement.host) }
        try file.write(head + bytes + tail, at: placement.host)
    }

    /// What the disk holds in a range, which may reach past its end: there it is zeros.
    func oldBytes(_ range: Range<GuestOffset>) throws(DiskImageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
        let within = min(range.upperBound.bytes, max(range.lowerBound.bytes, virtualSize)) - range.lowerBound.bytes
        if within > 0 { try read(into: &bytes, 0..<Int(within), at: range.lowerBound) }
        return bytes
    }

    /// What has to be true before anything is written.
    func prepareForWriting() throws(DiskImageError) {
        guard file.canWrite, !isView else { throw .refused(file: path, reason: "the image is open for reading only") }
        if !isPrepared, !isNew { try prepareHeader() }
        guard header.compatible.contains(.lazyRefcounts), !isLazy, !isNew else { return }
        // Whoever opens the image after we were killed has to count anew.
        header.incompatible.insert(.dirty)
        try writeHeader()
        try barrier()
        isLazy = true
    }

    /// Makes sure that nothing in the image becomes untrue by a change of its contents.
    private func prepareHeader() throws(DiskImageError) {
        if !keepsContents { try requireNoBitmaps(for: "being written to") }
        if !header.autoclear.isSubset(of: .known) {
            try writeHeader()
            try barrier()
        }
        isPrepared = true
    }
}
