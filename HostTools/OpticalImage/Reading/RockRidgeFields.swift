// SPDX-License-Identifier: MIT
import FileTree

/// What Rock Ridge says of a file (IEEE P1282), as a reader finds it.
struct RockRidgeFields {
    private(set) var mode: UInt32?
    private(set) var user: UInt32 = 0
    private(set) var group: UInt32 = 0
    private(set) var date: Int64?
    private(set) var name: [UInt8]?
    private(set) var linkTarget: [UInt8]?
    private(set) var device: DeviceNumber?
    /// Where a folder really lies that was moved elsewhere, as ISO 9660 allows eight levels only.
    private(set) var childBlock: Int64?
    /// Whether the folder was moved here from elsewhere, where it is found as well.
    private(set) var isRelocated = false
    private var linkContinues = false

    init(_ entries: SystemUseEntries) throws(OpticalImageError) {
        for entry in entries.entries { try take(entry.signature, entry.field) }
        if let name, FileName(name) == nil, let field = entries.entries.first(where: { $0.signature == "NM" })?.field {
            throw field.malformed(0, "the name \"\(printable(name))\"", "is no file's name")
        }
    }

    private mutating func take(_ signature: String, _ field: FieldBytes) throws(OpticalImageError) {
        switch signature {
        case "PX": try takeAttributes(field)
        case "TF": try takeTimes(field)
        case "NM": try takeName(field)
        case "SL": try takeLink(field)
        case "PN": try takeDevice(field)
        case "CL": childBlock = Int64(try field.bothEndian(4, "a moved folder's place"))
        case "RE": isRelocated = true
        case "ZF":
            throw .unsupported(path: field.path, offset: field.offset, feature: "a file compressed by zisofs")
        default: break
        }
    }

    private mutating func takeAttributes(_ field: FieldBytes) throws(OpticalImageError) {
        mode = try field.bothEndian(4, "a file's mode")
        user = try field.bothEndian(20, "a file's owner")
        group = try field.bothEndian(28, "a file's group")
    }

    /// Times follow one another, one for each bit that is set: made, modified, read.
    private mutating func takeTimes(_ field: FieldBytes) throws(OpticalImageError) {
        let flags = try field.byte(4, "the flags of a file's times")
        // Bit 7: the long form of 17 bytes, which no common writer makes.
        guard flags & 0x80 == 0, flags & 2 != 0 else { return }
        date = ImageDate.time(of: try field.slice(5 + 7 * Int(flags & 1), 7, "a file's time").bytes)
    }

    private mutating func takeName(_ field: FieldBytes) throws(OpticalImageError) {
        // Bits 1 and 2: the folder itself, and its parent.
        guard try field.byte(4, "the flags of a name") & 6 == 0 else { return }
        let longer = (name ?? []) + field.bytes.dropFirst(5)
        guard longer.count <= 255 else { throw field.malformed(0, "a name", "has more than 255 bytes") }
        name = longer
    }

    private mutating func takeDevice(_ field: FieldBytes) throws(OpticalImageError) {
        let high = try field.bothEndian(4, "a device's number")
        let low = try field.bothEndian(12, "a device's number")
        // Some writers put the whole number into the lower half, in Linux' order of bits.
        device =
            high == 0 && low > 0xFF
            ? DeviceNumber(major: low >> 8 & 0xFFF, minor: low & 0xFF | low >> 12 & 0xF_FF00)
            : DeviceNumber(major: high, minor: low)
    }

    private mutating func takeLink(_ field: FieldBytes) throws(OpticalImageError) {
        var target = linkTarget ?? []
        var index = 5
        while index < field.bytes.count {
            let flags = try field.byte(index, "a link's flags")
            let length = Int(try field.byte(index + 1, "the length of a link's part"))
            let text = try field.slice(index + 2, length, "a link's part").bytes
            index += 2 + length
            if flags & 8 != 0 {
                target = [UInt8(ascii: "/")]
                continue
            }
            if !linkContinues, !target.isEmpty, target.last != UInt8(ascii: "/") { target.append(UInt8(ascii: "/")) }
            target += flags & 2 != 0 ? Array(".".utf8) : flags & 4 != 0 ? Array("..".utf8) : text
            linkContinues = flags & 1 != 0
        }
        guard target.count <= TreePath.maximumLength, !target.contains(0) else {
            throw field.malformed(0, "a link's target", "has more than 4095 bytes, or a zero byte")
        }
        linkTarget = target
    }
}
