// SPDX-License-Identifier: MIT

/// The file system that Linux unpacks into memory at start: an archive in the "newc" form of cpio.
///
/// What was added in the same order gives the same bytes, everywhere and at any time. Source: Linux
/// `Documentation/driver-api/early-userspace/buffer-format.rst`.
public struct InitialRamdisk: Sendable {
    /// No archive is larger, in bytes.
    public static let maximumSize = 1 << 30

    /// Who owns an entry, who may use it, and when it was changed.
    public struct Attributes: Equatable, Sendable {
        /// The permission bits, such as 0o755.
        public var permissions: UInt32
        /// The owner's number.
        public var user: UInt32
        /// The group's number.
        public var group: UInt32
        /// Seconds since the start of 1970.
        public var modificationTime: UInt32

        /// Attributes of the superuser, changed at the beginning of time, unless said otherwise.
        public init(permissions: UInt32, user: UInt32 = 0, group: UInt32 = 0, modificationTime: UInt32 = 0) {
            self.permissions = permissions
            self.user = user
            self.group = group
            self.modificationTime = modificationTime
        }
    }

    /// What a device node stands for.
    public enum Device: Equatable, Sendable {
        case character(major: UInt32, minor: UInt32)
        case block(major: UInt32, minor: UInt32)
    }

    private let sizeLimit: Int
    private var archive = NewcArchive()
    private var folders: Set<String> = [""]
    private var paths: Set<String> = []

    /// An empty ramdisk, which will refuse to grow beyond `sizeLimit` bytes.
    public init(sizeLimit: Int = InitialRamdisk.maximumSize) {
        self.sizeLimit = min(sizeLimit, Self.maximumSize)
    }

    /// Adds a folder. The folder that it lies in must be there, unless that is the root.
    public mutating func addFolder(
        _ path: String, attributes: Attributes = Attributes(permissions: 0o755)
    ) throws(InitialRamdiskError) {
        try add(path, NewcArchive.Entry(kind: .folder, attributes: attributes))
        folders.insert(path)
    }

    /// Adds a file with the given contents.
    public mutating func addFile(
        _ path: String, contents: [UInt8], attributes: Attributes = Attributes(permissions: 0o644)
    ) throws(InitialRamdiskError) {
        try add(path, NewcArchive.Entry(kind: .file, attributes: attributes, contents: contents))
    }

    /// Adds a symbolic link. Nothing need be at its target.
    public mutating func addSymbolicLink(_ path: String, to target: String) throws(InitialRamdiskError) {
        guard !target.isEmpty, !target.utf8.contains(0) else { throw InitialRamdiskError(path, .wrongTarget) }
        guard target.utf8.count < 4096 else { throw InitialRamdiskError(path, .tooLong) }
        let attributes = Attributes(permissions: 0o777)
        try add(path, NewcArchive.Entry(kind: .symbolicLink, attributes: attributes, contents: Array(target.utf8)))
    }

    /// Adds a device node.
    public mutating func addDevice(
        _ path: String, _ device: Device, attributes: Attributes = Attributes(permissions: 0o600)
    ) throws(InitialRamdiskError) {
        try add(path, NewcArchive.Entry(kind: .device(device), attributes: attributes))
    }

    /// The archive, complete with its trailer.
    public var bytes: [UInt8] { archive.finished }

    /// The archive compressed by gzip, which Linux unpacks as well.
    public func compressed() throws(InitialRamdiskError) -> [UInt8] {
        do throws(CodecError) {
            return try packWithZlib(bytes)
        } catch {
            throw InitialRamdiskError("the ramdisk", .tooLarge)
        }
    }

    private mutating func add(_ path: String, _ entry: NewcArchive.Entry) throws(InitialRamdiskError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isWrong = parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } || path.utf8.contains(0)
        guard !isWrong, path != NewcArchive.trailerName else { throw InitialRamdiskError(path, .wrongPath) }
        guard path.utf8.count < 4096 else { throw InitialRamdiskError(path, .tooLong) }
        guard entry.attributes.permissions <= 0o7777 else { throw InitialRamdiskError(path, .wrongPermissions) }
        guard folders.contains(parts.dropLast().joined(separator: "/")) else {
            throw InitialRamdiskError(path, .noFolder)
        }
        guard !paths.contains(path) else { throw InitialRamdiskError(path, .duplicate) }
        // No header with its name is larger than the last number, the trailer's included.
        guard archive.count + entry.contents.count + 8192 <= sizeLimit else {
            throw InitialRamdiskError(path, .tooLarge)
        }
        paths.insert(path)
        archive.append(path, entry)
    }
}
