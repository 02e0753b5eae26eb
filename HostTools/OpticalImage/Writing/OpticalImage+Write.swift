// SPDX-License-Identifier: MIT
import FileTree

extension OpticalImage {
    /// Bytes of the image that ``write(to:progress:)`` makes.
    public func size() throws(OpticalImageError) -> Int64 {
        Int64(try Layout(self).sectorCount) * Int64(Self.sectorSize)
    }

    /// Writes the image. The file appears under its name only when it is complete.
    /// - Throws: when a host file cannot be read, changed since it was added, or the image cannot be written.
    public func write(to path: String, progress: WorkProgress = .silent) throws(OpticalImageError) {
        let layout = try Layout(self)
        do throws(HostFileError) {
            let output = try CompleteFile(path: path, progress: progress)
            try writeSystemArea(layout, to: output)
            try writeDescriptors(layout, to: output)
            try writePathTables(of: layout.primary, to: output)
            try writePathTables(of: layout.joliet, to: output)
            try writeListings(layout, to: output)
            try writeBootLoader(layout, to: output)
            try writeFiles(layout.files, to: output)
            try output.append([UInt8](repeating: 0, count: layout.paddingCount * Self.sectorSize))
            try output.finish()
        } catch {
            throw .host(error)
        }
    }

    /// Sectors 0 to 15 belong to the system; the first 512 bytes start the image as a disk.
    private func writeSystemArea(_ layout: Layout, to output: CompleteFile) throws(HostFileError) {
        var area = SectorBytes()
        if let bootLoader {
            area.append(
                bootLoader.patchedMasterBootRecord(coreSector: layout.coreSector, sectorCount: layout.sectorCount))
        }
        area.pad(to: 16 * Self.sectorSize)
        try output.append(area.bytes)
    }

    private func writeDescriptors(_ layout: Layout, to output: CompleteFile) throws(HostFileError) {
        let volume = VolumeDescriptor(
            name: volumeName, sectorCount: layout.sectorCount, date: layout.files.imageDate)
        try output.append(volume.encoded(layout.primary, isJoliet: false))
        if bootLoader != nil {
            try output.append(VolumeDescriptor.boot(catalogueSector: layout.bootCatalogueSector))
        }
        try output.append(volume.encoded(layout.joliet, isJoliet: true))
        try output.append(VolumeDescriptor.terminator)
    }

    private func writePathTables<Names>(
        of catalogue: Catalogue<Names>, to output: CompleteFile
    ) throws(HostFileError) {
        try output.appendSectors(catalogue.pathTable(bigEndian: false))
        try output.appendSectors(catalogue.pathTable(bigEndian: true))
    }

    private func writeListings(_ layout: Layout, to output: CompleteFile) throws(HostFileError) {
        var plain = ListingWriter(
            catalogue: layout.primary, files: layout.files, area: ContinuationArea(sector: layout.areaSector))
        for folder in layout.primary.folders.indices { try output.append(plain.listing(of: folder)) }
        try output.appendSectors(plain.area?.bytes ?? [])
        var wide = ListingWriter(catalogue: layout.joliet, files: layout.files)
        for folder in layout.joliet.folders.indices { try output.append(wide.listing(of: folder)) }
    }

    private func writeBootLoader(_ layout: Layout, to output: CompleteFile) throws(HostFileError) {
        guard let bootLoader else { return }
        try output.append(BootCatalogue.encoded(coreSector: layout.coreSector))
        try output.appendSectors(bootLoader.patchedCore(sector: layout.coreSector))
    }

    private func writeFiles(_ files: FilePlaces, to output: CompleteFile) throws(HostFileError) {
        for number in files.order {
            guard case .file(let contents) = files.tree[number].kind else { continue }
            try output.append(contents)
            try output.append([UInt8](repeating: 0, count: Int(-contents.size & Int64(Self.sectorSize - 1))))
        }
    }
}

extension CompleteFile {
    /// Writes the next bytes, and zeros to the end of the sector.
    fileprivate func appendSectors(_ bytes: [UInt8]) throws(HostFileError) {
        var padded = SectorBytes()
        padded.append(bytes)
        padded.padToSector()
        try append(padded.bytes)
    }
}
