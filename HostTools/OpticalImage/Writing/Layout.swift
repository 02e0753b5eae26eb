// SPDX-License-Identifier: MIT

/// Where everything lies on the disc, in the order in which it is written.
struct Layout {
    private(set) var primary: Catalogue<PrimaryNames>
    private(set) var joliet: Catalogue<JolietNames>
    /// Where the files' data lies.
    private(set) var files: FilePlaces
    /// First sector of what Rock Ridge has to say beside the records.
    let areaSector: Int
    /// The boot catalogue's sector, when the image boots.
    let bootCatalogueSector: UInt32
    /// The boot loader's first sector, when the image boots.
    let coreSector: UInt32
    /// Sectors of the whole image.
    let sectorCount: UInt32

    /// Empty sectors at the end: boot loaders and systems read ahead, and a drive refuses what lies beyond its end.
    private static let leastPadding = 150
    let paddingCount: Int

    /// Gives everything its place: descriptors, path tables, listings, boot loader, files, padding.
    init(_ image: OpticalImage) throws(OpticalImageError) {
        primary = try Catalogue(image.tree)
        joliet = try Catalogue(image.tree)
        files = FilePlaces(image.tree, dates: image.dates)
        var sector = 16 + (image.bootLoader == nil ? 3 : 4)
        primary.placePathTables(at: &sector)
        joliet.placePathTables(at: &sector)
        // Lengths depend on names alone, so they are known before any place is.
        var plain = ListingWriter(catalogue: primary, files: files, area: ContinuationArea(sector: 0))
        primary.placeListings(at: &sector) { plain.listing(of: $0).count }
        areaSector = sector
        sector += sectors(for: plain.area?.bytes.count ?? 0)
        var wide = ListingWriter(catalogue: joliet, files: files)
        joliet.placeListings(at: &sector) { wide.listing(of: $0).count }
        bootCatalogueSector = UInt32(truncatingIfNeeded: sector)
        coreSector = UInt32(truncatingIfNeeded: sector + 1)
        if let loader = image.bootLoader { sector += 1 + sectors(for: loader.core.count) }
        files.place(at: &sector)
        let unit = Int(max(image.lengthUnit, 1))
        paddingCount = (sector + Self.leastPadding + unit - 1) / unit * unit - sector
        sector += paddingCount
        guard let count = UInt32(exactly: sector) else { throw .imageTooLarge(sectors: sector) }
        sectorCount = count
    }
}
