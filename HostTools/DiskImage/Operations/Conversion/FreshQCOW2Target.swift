// SPDX-License-Identifier: MIT

/// A new qcow2 image, which holds nothing yet.
final class FreshQCOW2Target: ConversionTarget {
    private let image: QCOW2Image
    private let compresses: Bool
    /// What is placed but not yet linked, by the number of its chunk.
    private var unlinked: [Int: [Link]] = [:]
    let file: HostFile
    var unit: UInt64 { image.clusterSize }

    /// An entry that is due once the bytes are written.
    private enum Link {
        case clusters(Placement)
        case packed(GuestOffset, HostOffset, byteCount: UInt64)
    }

    init(_ image: QCOW2Image, compresses: Bool) {
        self.image = image
        self.compresses = compresses
        file = image.file
    }

    func packer() throws(DiskImageError) -> (any ClusterPacker)? {
        compresses ? try image.header.codec.packer(clusterSize: Int(unit)) : nil
    }

    func place(_ chunk: PreparedChunk) throws(DiskImageError) -> [WriteJob] {
        var (jobs, links): ([WriteJob], [Link]) = ([], [])
        for range in chunk.contents.dataUnits(Int(unit)) {
            if compresses {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(unit)) {
                    try placeCluster(start, of: chunk, &jobs, &links)
                }
            } else {
                try placeClusters(range, of: chunk, &jobs, &links)
            }
        }
        if image.header.backingName != nil { try placeZeros(of: chunk) }
        unlinked[chunk.chunk.number] = links
        return jobs
    }

    private func placeClusters(
        _ range: Range<Int>, of chunk: PreparedChunk, _ jobs: inout [WriteJob], _ links: inout [Link]
    ) throws(DiskImageError) {
        let start = chunk.chunk.offset + UInt64(range.lowerBound)
        for placement in try image.place(start..<start + UInt64(range.count)) {
            links.append(.clusters(placement))
            let base = Int(placement.guest - chunk.chunk.offset)
            // What is not written in new room is a hole of the file, and reads as zeros.
            for data in chunk.contents.data {
                let part = data.clamped(to: base..<base + Int(placement.count))
                guard !part.isEmpty else { continue }
                jobs.append(WriteJob(host: placement.host + UInt64(part.lowerBound - base), source: .buffer(part)))
            }
        }
    }

    private func placeCluster(
        _ start: Int, of chunk: PreparedChunk, _ jobs: inout [WriteJob], _ links: inout [Link]
    ) throws(DiskImageError) {
        guard let packed = chunk.packed[start] else {
            return try placeClusters(start..<start + Int(unit), of: chunk, &jobs, &links)
        }
        let guest = chunk.chunk.offset + UInt64(start)
        let host = try image.placePacked(UInt64(packed.count), at: guest)
        links.append(.packed(guest, host, byteCount: UInt64(packed.count)))
        // Packed clusters lie one behind the other: they are written together.
        if let last = jobs.last, case .bytes(let bytes) = last.source, last.host + UInt64(bytes.count) == host {
            jobs.removeLast()
            jobs.append(WriteJob(host: last.host, source: .bytes(bytes + packed)))
        } else {
            jobs.append(WriteJob(host: host, source: .bytes(packed)))
        }
    }

    /// Notes what reads as zeros although the backing file may have data there: nothing has to be written for that.
    private func placeZeros(of chunk: PreparedChunk) throws(DiskImageError) {
        for range in chunk.contents.zeroUnits(Int(unit), of: chunk.chunk.count) {
            try image.writeZeros(at: chunk.chunk.offset + UInt64(range.lowerBound), count: UInt64(range.count))
        }
    }

    func link(_ chunk: PreparedChunk) throws(DiskImageError) {
        for link in unlinked.removeValue(forKey: chunk.chunk.number) ?? [] {
            switch link {
            case .clusters(let placement): try image.link([placement])
            case .packed(let guest, let host, let byteCount):
                try image.linkPacked(at: guest, host, byteCount: byteCount)
            }
        }
    }
}
