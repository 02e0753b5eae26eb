// SPDX-License-Identifier: MIT

/// How an image's format is found when nobody says it.
///
/// A guest that owns a raw disk can write a qcow2 header into its first bytes, with a backing file of the host's that
/// it would like to read. So these bytes are believed only together with the file's name, which no guest can change.
enum FormatRecognition {
    /// The format of a file.
    /// - Throws: ``DiskImageError/refused(file:reason:)`` when name and first bytes do not agree.
    static func format(of file: HostFile, trustsFirstBytes: Bool) throws(DiskImageError) -> DiskFormat {
        let start = try file.read(4, at: .zero)
        // What does not begin like qcow2 can be nothing but raw, and raw bytes are never interpreted.
        let isNamedQCOW2 = DiskFormat.named(file.path) == .qcow2
        guard start.bigEndian(at: 0) == QCOW2Header.magic else {
            guard !isNamedQCOW2 else {
                throw .malformed(
                    file: file.path, offset: 0, field: "magic",
                    rule: "this is not a qcow2 image, as its name says; if it is a raw disk, say so with -f raw")
            }
            return .raw
        }
        guard isNamedQCOW2 || trustsFirstBytes else {
            throw .refused(
                file: file.path,
                reason:
                    "begins like a qcow2 image, but is not named so. A guest can write such bytes to the start of a raw "
                    + "disk, to be shown other files of the host. Say which it is: -f raw or -f qcow2")
        }
        return .qcow2
    }
}
