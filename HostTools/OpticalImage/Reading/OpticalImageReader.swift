// SPDX-License-Identifier: MIT
import FileTree

/// The files of an ISO 9660 image, whoever has made it.
///
/// An image is not to be trusted: every place and length is checked before it is used, and what does not hold gives an
/// error with the byte at which it stands.
public struct OpticalImageReader: Sendable {
    /// Which of the image's names are taken.
    public enum Names: String, Sendable, CaseIterable {
        /// With owners, modes and links.
        case rockRidge = "rock-ridge"
        case joliet
        /// In lower case and without version numbers, as Linux shows them.
        case plain
    }

    /// Which names were taken.
    public let names: Names
    /// The volume's name.
    public let volumeName: String
    /// Whether a PC's firmware can start it as a CD.
    public let isBootable: Bool
    /// Bytes of the image.
    public let size: Int64
    /// The files. Their contents are ranges of the image.
    public let tree: FileTree
    /// What is odd, but stops nobody.
    public let warnings: [String]

    /// Reads the catalogue of an image.
    /// - Parameter names: which names to take; nil for the best that there are: Rock Ridge, then Joliet, then plain.
    public init(path: String, names wanted: Names? = nil) throws(OpticalImageError) {
        let image = try ImageBytes(path: path)
        let volumes = try ImageVolumes(image)
        guard let primary = volumes.primary else { throw .notAnImage(path: path) }
        let skipped = try CatalogueReader.rockRidgeOffset(primary, in: image)
        let best: Names = skipped != nil ? .rockRidge : volumes.joliet != nil ? .joliet : .plain
        let names = wanted ?? best
        if names == .rockRidge && skipped == nil || names == .joliet && volumes.joliet == nil {
            throw .noSuchFile(path: path, name: "\(names.rawValue) names")
        }
        let volume = names == .joliet ? volumes.joliet ?? primary : primary
        var reader = CatalogueReader(image, volume, names: names, skipped: skipped ?? 0)
        try reader.readAll()
        self.names = names
        volumeName = volume.name
        isBootable = volumes.bootCatalogueSector != nil
        size = image.size
        tree = reader.tree
        warnings = reader.warnings
    }
}
