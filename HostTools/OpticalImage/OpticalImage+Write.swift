// SPDX-License-Identifier: MIT

extension OpticalImage {
    /// Writes the image. The file appears under its name only when it is complete.
    /// - Throws: when a host file cannot be read, changed since it was added, or the image cannot be written.
    public func write(to path: String) throws(OpticalImageError) {
        let layout = try Layout(self)
        let output = try CompleteFile(path: path)
        do {
            try writeSystemArea(layout, to: output)
            try writeDescriptors(layout, to: output)
            try writeCatalogue(layout.primary, layout, to: output, isListing: false)
            try writeCatalogue(layout.joliet, layout, to: output, isListing: false)
            try writeCatalogue(layout.primary, layout, to: output, isListing: true)
            try writeCatalogue(layout.joliet, layout, to: output, isListing: true)
            try writeBootLoader(layout, to: output)
            try writeFiles(to: output)
            try output.append([UInt8](repeating: 0, count: Layout.paddingCount * Self.sectorSize))
            try output.finish()
        } catch {
            output.discard()
            throw error
        }
    }

    /// Sectors 0 to 15 belong to the system; the first 512 bytes start the image as a disk.
    private func writeSystemArea(_ layout: Layout, to output: CompleteFile) throws(OpticalImageError) {
        var area = SectorBytes()
        if let bootLoader {
            area.append(
                bootLoader.patchedMasterBootRecord(coreSector: layout.coreSector, sectorCount: layout.sectorCount))
        }
        area.pad(to: 16 * Self.sectorSize)
        try output.append(area.bytes)
    }

    private func writeDescriptors(_ layout: Layout, to output: CompleteFile) throws(OpticalImageError) {
        let count = layout.sectorCount
        try output.append(
            VolumeDescriptor.volume(layout.primary, name: volumeName, sectorCount: count, isJoliet: false))
        if bootLoader != nil {
            try output.append(VolumeDescriptor.boot(catalogueSector: layout.bootCatalogueSector))
        }
        try output.append(VolumeDescriptor.volume(layout.joliet, name: volumeName, sectorCount: count, isJoliet: true))
        try output.append(VolumeDescriptor.terminator)
    }

    private func writeCatalogue<Names>(
        _ catalogue: Catalogue<Names>, _ layout: Layout, to output: CompleteFile, isListing: Bool
    ) throws(OpticalImageError) {
        guard isListing else {
            try output.appendSectors(catalogue.pathTable(bigEndian: false))
            return try output.appendSectors(catalogue.pathTable(bigEndian: true))
        }
        for folder in catalogue.order {
            try output.append(catalogue.listing(of: folder, fileSectors: layout.fileSectors))
        }
    }

    private func writeBootLoader(_ layout: Layout, to output: CompleteFile) throws(OpticalImageError) {
        guard let bootLoader else { return }
        try output.append(BootCatalogue.encoded(coreSector: layout.coreSector))
        try output.appendSectors(bootLoader.patchedCore(sector: layout.coreSector))
    }

    private func writeFiles(to output: CompleteFile) throws(OpticalImageError) {
        for file in tree.files {
            try file.contents.forEachChunk(expecting: file.size) { chunk throws(OpticalImageError) in
                try output.append(chunk)
            }
            let end = sectors(for: file.size) * Self.sectorSize
            try output.append([UInt8](repeating: 0, count: end - file.size))
        }
    }
}
