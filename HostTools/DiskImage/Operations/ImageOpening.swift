// SPDX-License-Identifier: MIT

/// How an image is opened: what is believed of it, and what is followed.
public struct ImageOpening: Sendable {
    /// Which backing files are opened.
    public enum BackingPolicy: Sendable {
        /// None: the image is looked at alone, and has no contents where it says nothing.
        case ignored
        /// Those that lie in the same folder as the image that names them.
        case sameFolder
        /// All.
        case anywhere
    }

    /// The image's format; nil lets its name and its first bytes tell, as far as those may be believed.
    public var format: DiskFormat?
    /// Whether the image is written to.
    public var writes = false
    /// Whether others may write to the image meanwhile, and what is read may therefore be inconsistent.
    public var shares = false
    public var backing = BackingPolicy.sameFolder
    /// The format of backing files whose image does not record it.
    public var unrecordedBackingFormat: DiskFormat?
    /// Whether all tables are checked first, and a damaged image is refused.
    public var checks = true
    /// Whether the first bytes alone may tell the format: right only where nothing but the image's own tables is shown.
    public var trustsFirstBytes = false

    /// Opens for reading, with backing files of the same folder.
    public init(format: DiskFormat? = nil) { self.format = format }

    /// Opens an image and its backing files.
    public func open(_ path: String) throws(DiskImageError) -> any DiskImage {
        var seen: Set<FileIdentity> = []
        return try open(path, format: format, writes: writes, depth: 0, seen: &seen)
    }

    /// Opens one of a qcow2 image's internal snapshots, to be read from; where none is named, the image.
    public func open(_ path: String, snapshot: String?) throws(DiskImageError) -> any DiskImage {
        guard let snapshot else { return try open(path) }
        return try openQCOW2(path).view(of: snapshot)
    }

    /// Opens an image whose name is seen from the folder of another.
    public func open(besides other: String, _ name: String) throws(DiskImageError) -> any DiskImage {
        try open(HostPath.resolve(name, besides: other))
    }

    /// Opens an image that has to be qcow2.
    public func openQCOW2(_ path: String) throws(DiskImageError) -> QCOW2Image {
        guard let image = try open(path) as? QCOW2Image else {
            throw .refused(file: path, reason: "a raw image cannot do this; it takes a qcow2 image")
        }
        return image
    }

    private func open(
        _ path: String, format: DiskFormat?, writes: Bool, depth: Int, seen: inout Set<FileIdentity>
    ) throws(DiskImageError) -> any DiskImage {
        let file = try HostFile(path, writes ? .writing : .reading)
        guard seen.insert(try file.identity()).inserted else {
            throw .refused(file: path, reason: "its backing files form a loop")
        }
        guard depth <= QCOW2Limits.chainDepth else {
            throw .refused(
                file: path, reason: "more than \(QCOW2Limits.chainDepth) backing files lie below one another")
        }
        if !shares { try file.lock(forWriting: writes) }
        let recognized =
            if let format { format } else { try FormatRecognition.format(of: file, trustsFirstBytes: trustsFirstBytes) }
        switch recognized {
        case .raw:
            return try RawImage(file)
        case .qcow2:
            let image = try QCOW2Image(file)
            try admit(image, writes: writes)
            image.backing = try openBacking(of: image, depth: depth, seen: &seen)
            return image
        }
    }

    /// Checks an image before it is used.
    private func admit(_ image: QCOW2Image, writes: Bool) throws(DiskImageError) {
        if writes { try image.repairDirty() }
        guard checks, !shares else { return }
        try image.requireSound(forWriting: writes)
    }

    private func openBacking(
        of image: QCOW2Image, depth: Int, seen: inout Set<FileIdentity>
    ) throws(DiskImageError) -> (any DiskImage)? {
        guard backing != .ignored, let name = image.header.backingName else { return nil }
        let path = try image.backingPath(name)
        guard HostPath.real(path) != nil else {
            throw .refused(
                file: image.path,
                reason: "its backing file \"\(name)\" is not there; if it was moved, give the image its new name: "
                    + "apus image rebase -u -b NAME -F FORMAT \(image.path)")
        }
        guard backing == .anywhere || HostPath.areInSameFolder(image.path, path) else {
            throw .refused(
                file: image.path,
                reason: "the image names the backing file \"\(name)\", which lies in another folder; if you trust the "
                    + "image, allow that with --backing anywhere")
        }
        let format = try image.recordedBackingFormat() ?? unrecordedBackingFormat
        guard let format else {
            throw .refused(
                file: image.path,
                reason:
                    "the image does not say in which format its backing file \"\(name)\" is, and its first bytes may be "
                    + "the work of a guest; say it with --backing-format raw or qcow2")
        }
        return try open(path, format: format, writes: false, depth: depth + 1, seen: &seen)
    }
}

extension QCOW2Image {
    /// Where the backing file of that name lies.
    func backingPath(_ name: String) throws(DiskImageError) -> String {
        let head = name.prefix { $0 != "/" }
        guard !head.contains(":") else {
            throw .unsupported(
                file: path,
                feature:
                    "the backing file \"\(name)\" is not a plain file name; protocols and \"json:\" are not supported")
        }
        return HostPath.resolve(name, besides: path)
    }

    /// The backing format that the image records.
    func recordedBackingFormat() throws(DiskImageError) -> DiskFormat? {
        guard let name = header.backingFormat else { return nil }
        guard let format = DiskFormat(rawValue: name) else {
            throw .unsupported(
                file: path, feature: "its backing file is in the format \"\(name)\"; raw and qcow2 are supported")
        }
        return format
    }
}
