// SPDX-License-Identifier: MIT

/// Makes new images, which appear under their names when they are complete.
public enum ImageCreation {
    /// Makes an empty image of a disk of `size` bytes, rounded up to whole sectors.
    ///
    /// - Parameters:
    ///   - size: nil takes the size of the backing file.
    ///   - opening: how the backing file is opened to be looked at; nil leaves it alone, and the size has to be given.
    public static func create(
        _ path: String, format: DiskFormat, size: UInt64?, options: CreationOptions = CreationOptions(),
        opening: ImageOpening? = ImageOpening()
    ) throws(DiskImageError) {
        var size = size
        if let backing = options.backing, var opening {
            opening.format = backing.format
            let image = try opening.open(HostPath.resolve(backing.name, besides: path))
            if size == nil { size = image.virtualSize }
        }
        guard let size else { throw .usage("\(path): the size of the disk is missing, such as 10G") }
        let new = try NewImage(path, format: format, size: size, options: options)
        try new.finish()
    }
}

/// An image that is being made, in a temporary file beside its place.
public final class NewImage {
    /// The image, to be written to.
    public let image: any DiskImage
    private let newFile: NewFile

    /// Begins an empty image of a disk of `size` bytes.
    public init(
        _ path: String, format: DiskFormat, size: UInt64, options: CreationOptions = CreationOptions()
    ) throws(DiskImageError) {
        newFile = try NewFile(path: path)
        switch format {
        case .raw: image = try RawImage.create(in: newFile.file, size: size, options: options)
        case .qcow2: image = try QCOW2Image.create(in: newFile.file, size: size, options: options)
        }
    }

    /// Writes what is left, and gives the file its name.
    public func finish() throws(DiskImageError) {
        try image.flush()
        try newFile.finish()
    }
}
