// SPDX-License-Identifier: MIT
import Glibc

/// A folder of the host that is open, and what is done below it. Links are never followed at the end of a path.
///
/// This is the one place where the names of a tree reach the system: paths go down as bytes, so that a name that is no
/// text keeps its bytes.
final class HostFolder {
    private let descriptor: Int32
    /// As the user named it.
    let path: String

    /// What the system knows of a file.
    struct Status {
        var mode: UInt32
        var attributes: FileAttributes
        var size: Int64
        var device: DeviceNumber
        /// Where the file itself lies: two names with the same place are hard links.
        var place: [UInt64]
        var linkCount: UInt64

        /// Whether it is a symbolic link.
        var isLink: Bool { mode & S_IFMT == S_IFLNK }
    }

    /// Opens a folder.
    init(_ path: String) throws(HostFileError) {
        // SAFETY: the string is copied to a C string that lives until the call returns.
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = path
        if descriptor < 0 {
            throw HostFileError(path, errno == ENOTDIR ? .notFolder : .refused("opened", errno: errno))
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    // MARK: Reading

    /// The names in the folder at a path.
    func names(in place: TreePath) throws(HostFileError) -> [FileName] {
        // SAFETY: the stream owns the descriptor; each entry is copied before the next is read.
        let opened = unsafe withName(place) {
            unsafe openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        guard opened >= 0, let stream = unsafe fdopendir(opened) else { throw failure("listed", place) }
        defer { unsafe closedir(stream) }
        var names: [FileName] = []
        while let entry = unsafe readdir(stream) {
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if let name = FileName(bytes) { names.append(name) }
        }
        return names.sorted()
    }

    /// What is known of the file at a path; nil where there is none.
    func status(of place: TreePath) throws(HostFileError) -> Status? {
        var status = stat()
        // SAFETY: name and structure live until the call returns.
        let result = unsafe withName(place) { unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        if result != 0 {
            if errno == ENOENT { return nil }
            throw failure("looked at", place)
        }
        let device = UInt64(status.st_rdev)
        return Status(
            mode: status.st_mode,
            attributes: FileAttributes(
                permissions: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid,
                modificationTime: Int64(status.st_mtim.tv_sec)),
            size: Int64(status.st_size),
            device: DeviceNumber(
                major: UInt32(truncatingIfNeeded: device >> 8 & 0xFFF | device >> 32 & ~0xFFF),
                minor: UInt32(truncatingIfNeeded: device & 0xFF | device >> 12 & ~0xFF)),
            place: [UInt64(status.st_dev), UInt64(status.st_ino)], linkCount: UInt64(status.st_nlink))
    }

    /// What a symbolic link holds.
    func linkTarget(of place: TreePath) throws(HostFileError) -> [UInt8] {
        var length = -1
        // SAFETY: the system is given the length of the room, and says how much of it it has filled.
        let target = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { room, filled in
            length = unsafe withName(place) { name in
                unsafe room.withMemoryRebound(to: CChar.self) {
                    unsafe readlinkat(descriptor, name, $0.baseAddress!, $0.count)
                }
            }
            filled = max(length, 0)
        }
        guard length >= 0 else { throw failure("read", place) }
        return target
    }

    // MARK: Writing

    /// Makes a folder that only we may use, until its attributes are set.
    func makeFolder(_ place: TreePath) throws(HostFileError) {
        try unsafe check("made", place) { unsafe mkdirat(descriptor, $0, 0o700) }
    }

    /// Makes a file, which must not be there, and fills it.
    func makeFile(_ place: TreePath, _ contents: FileContents, progress: WorkProgress) throws(HostFileError) {
        // SAFETY: the name lives until the call returns.
        let file = unsafe withName(place) {
            unsafe openat(descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        guard file >= 0 else { throw failure("made", place) }
        let output = HostOutput(descriptor: file, path: shown(place))
        try contents.forEachChunk { chunk throws(HostFileError) in
            try output.append(chunk)
            try progress.advance(by: chunk.count)
        }
        try output.close()
    }

    /// Makes a symbolic link.
    func makeLink(_ place: TreePath, to target: [UInt8]) throws(HostFileError) {
        // SAFETY: both arrays end in a zero and live until the call returns.
        try unsafe check("made", place) { name in
            unsafe target.map { CChar(bitPattern: $0) }.withZero { unsafe symlinkat($0, descriptor, name) }
        }
    }

    /// Gives a file a second name.
    func makeHardLink(_ place: TreePath, to old: TreePath) throws(HostFileError) {
        // SAFETY: both names live until the call returns.
        try unsafe check("made", place) { name in
            unsafe withName(old) { unsafe linkat(descriptor, $0, descriptor, name, 0) }
        }
    }

    /// Makes a device node, a pipe or a socket: the mode has the kind's bits.
    func makeNode(_ place: TreePath, mode: UInt32, _ device: DeviceNumber) throws(HostFileError) {
        let (major, minor) = (UInt64(device.major), UInt64(device.minor))
        let number =
            (major & 0xFFF) << 8 | (major & ~0xFFF) << 32 | minor & 0xFF | (minor & ~0xFF) << 12
        try unsafe check("made", place) { unsafe mknodat(descriptor, $0, mode, dev_t(number)) }
    }

    /// Sets owner, mode and time as far as asked; a link's own mode has no meaning.
    func setAttributes(
        _ place: TreePath, _ attributes: FileAttributes, withOwner: Bool, isLink: Bool
    ) throws(HostFileError) {
        if withOwner {
            try unsafe check("given away", place) {
                unsafe fchownat(descriptor, $0, attributes.user, attributes.group, AT_SYMLINK_NOFOLLOW)
            }
        }
        let permissions = attributes.permissions & (withOwner ? 0o7777 : 0o777)
        if !isLink { try unsafe check("given its mode", place) { unsafe fchmodat(descriptor, $0, permissions, 0) } }
        let time = timespec(tv_sec: Int(attributes.modificationTime), tv_nsec: 0)
        // SAFETY: the two times live until the call returns.
        try unsafe check("given its time", place) { name in
            unsafe [time, time].withUnsafeBufferPointer {
                unsafe utimensat(descriptor, name, $0.baseAddress!, AT_SYMLINK_NOFOLLOW)
            }
        }
    }

    // MARK: Names

    /// A path below this folder, for messages.
    func shown(_ place: TreePath) -> String { place.names.isEmpty ? path : "\(path)\(place)" }

    /// A path below this folder, for opening it.
    func hostPath(_ place: TreePath) throws(HostFileError) -> String {
        guard let text = String(validating: place.bytes, as: UTF8.self) else {
            throw HostFileError(shown(place), .nameNotText)
        }
        return "\(path)/\(text)"
    }

    private func failure(_ doing: String, _ place: TreePath) -> HostFileError {
        HostFileError(shown(place), .refused(doing, errno: errno))
    }

    private func check(
        _ doing: String, _ place: TreePath, _ call: (UnsafePointer<CChar>) -> Int32
    ) throws(HostFileError) {
        // SAFETY: the name lives until the call returns.
        guard unsafe withName(place, call) == 0 else { throw failure(doing, place) }
    }

    private func withName<Value>(_ place: TreePath, _ body: (UnsafePointer<CChar>) -> Value) -> Value {
        let bytes = place.names.isEmpty ? [UInt8(ascii: ".")] : place.bytes
        // SAFETY: the pointer is used while the array lives.
        return unsafe bytes.map { CChar(bitPattern: $0) }.withZero(body)
    }
}

extension [CChar] {
    /// Lends the array as a C string.
    fileprivate func withZero<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        // SAFETY: the array has at least its zero, so it has an address; it lives until the body returns.
        unsafe (self + [0]).withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
    }
}
