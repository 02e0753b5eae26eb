// SPDX-License-Identifier: MIT
import FileTree

/// The entries with which an image keeps what Linux knows of a file (IEEE P1281 for their form, P1282 for these).
enum RockRidge {
    /// No entry is longer: its length is a byte.
    static let maximumEntryLength = 255

    /// What the root's own record begins with: the announcement, behind which every record has entries from byte 0 on.
    static let announcement: [UInt8] = Array("SP".utf8) + [7, 1, 0xBE, 0xEF, 0]

    /// Which extension this is, by its registered name.
    static let reference: [UInt8] = {
        let identifier = "IEEE_1282"
        let description = "THE IEEE 1282 PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS"
        let source = "PLEASE CONTACT THE IEEE STANDARDS DEPARTMENT, PISCATAWAY, NJ, USA FOR THE 1282 SPECIFICATION."
        let texts = [identifier, description, source].map { Array($0.utf8) }
        return entry("ER", texts.map { UInt8($0.count) } + [1] + texts.joined())
    }()

    /// Mode, links, owner, group, and a number that the names of one file share (P1282, section 4.1.1).
    static func attributes(_ node: FileTree.Node, number: FileTree.Number, linkCount: Int) -> [UInt8] {
        var fields = SectorBytes()
        let attributes = node.attributes
        let links = UInt32(clamping: linkCount)
        let serial = UInt32(clamping: number + 1)
        for value in [node.kind.typeBits | attributes.permissions, links, attributes.user, attributes.group, serial] {
            fields.appendBothEndian(value)
        }
        return entry("PX", fields.bytes)
    }

    /// When the file was changed, read, and its attributes changed: all the same (P1282, section 4.1.6).
    static func times(_ date: Int64) -> [UInt8] {
        entry("TF", [0x0E] + Array(repeatElement(ImageDate(date).record, count: 3).joined()))
    }

    /// The name as it was given, in one or two entries (P1282, section 4.1.4).
    static func name(_ name: FileName) -> [[UInt8]] {
        let (first, rest) = (name.bytes.prefix(250), name.bytes.dropFirst(250))
        if rest.isEmpty { return [entry("NM", [0] + first)] }
        return [entry("NM", [1] + first), entry("NM", [0] + rest)]
    }

    /// A device's number (P1282, section 4.1.2).
    ///
    /// Small numbers stand whole in the lower half, where every reader looks for them; else each part has its half.
    static func device(_ device: DeviceNumber) -> [UInt8] {
        var fields = SectorBytes()
        let isSmall = device.minor <= 0xFF && (1...0xFFF).contains(device.major)
        fields.appendBothEndian(isSmall ? 0 : device.major)
        fields.appendBothEndian(isSmall ? device.major << 8 | device.minor : device.minor)
        return entry("PN", fields.bytes)
    }

    /// A link's target, cut into the parts of its path (P1282, section 4.1.3).
    static func link(to target: [UInt8]) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var components: [UInt8] = []
        for component in target.split(separator: UInt8(ascii: "/")).flatMap(self.components(of:)) {
            if components.count + component.count > 250 {
                entries.append(entry("SL", [1] + components))
                components = []
            }
            components += component
        }
        let isAbsolute = target.first == UInt8(ascii: "/")
        entries.append(entry("SL", [0] + components))
        guard isAbsolute else { return entries }
        // The root is a component of its own, which fits wherever the first entry has two bytes left.
        let first = entries.removeFirst()
        if first.count + 2 <= maximumEntryLength {
            return [entry("SL", [first[4], 8, 0] + first.dropFirst(5))] + entries
        }
        return [entry("SL", [1, 8, 0]), first] + entries
    }

    /// A part of a path as one component, or as several where it is long.
    private static func components(of part: ArraySlice<UInt8>) -> [[UInt8]] {
        if part.elementsEqual(".".utf8) { return [[2, 0]] }
        if part.elementsEqual("..".utf8) { return [[4, 0]] }
        var rest = part
        var components: [[UInt8]] = []
        while rest.count > 248 {
            components.append([1, 248] + rest.prefix(248))
            rest = rest.dropFirst(248)
        }
        return components + [[0, UInt8(rest.count)] + rest]
    }

    /// Where the entries go on that do not fit a record (P1281, section 5.1).
    static func continuation(sector: Int, offset: Int, length: Int) -> [UInt8] {
        var fields = SectorBytes()
        for value in [sector, offset, length] { fields.appendBothEndian(UInt32(truncatingIfNeeded: value)) }
        return entry("CE", fields.bytes)
    }

    private static func entry(_ signature: String, _ fields: [UInt8]) -> [UInt8] {
        Array(signature.utf8) + [UInt8(fields.count + 4), 1] + fields
    }
}
