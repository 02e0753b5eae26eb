// SPDX-License-Identifier: MIT

/// Where everything lies on the disc, in the order in which it is written.
struct Layout {
    private(set) var primary: Catalogue<PrimaryNames>
    private(set) var joliet: Catalogue<JolietNames>
    /// First sector of each file, by its number in the tree.
    let fileSectors: [Int: Int]
    /// The boot catalogue's sector, when the image boots.
    let bootCatalogueSector: UInt32
    /// The boot loader's first sector, when the image boots.
    let coreSector: UInt32
    /// Sectors of the whole image.
    let sectorCount: UInt32

    /// Empty sectors at the end: boot loaders and systems read ahead, and a drive refuses what lies beyond its end.
    static let paddingCount = 150

    /// Gives everything its place: descriptors, path tables, listings, boot loader, files, padding.
    init(_ image: OpticalImage) throws(OpticalImageError) {
        primary = Catalogue(image.tree)
        joliet = Catalogue(image.tree)
        var sector = 16 + (image.bootLoader == nil ? 3 : 4)
        primary.placePathTables(at: &sector)
        joliet.placePathTables(at: &sector)
        primary.placeListings(at: &sector)
        joliet.placeListings(at: &sector)
        bootCatalogueSector = UInt32(truncatingIfNeeded: sector)
        coreSector = UInt32(truncatingIfNeeded: sector + 1)
        if let loader = image.bootLoader { sector += 1 + sectors(for: loader.core.count) }
        var fileSectors: [Int: Int] = [:]
        for (number, file) in image.tree.files.enumerated() {
            fileSectors[number] = file.size == 0 ? 0 : sector
            sector += sectors(for: file.size)
        }
        self.fileSectors = fileSectors
        sector += Self.paddingCount
        guard let count = UInt32(exactly: sector) else { throw .imageTooLarge(sectors: sector) }
        sectorCount = count
    }
}
