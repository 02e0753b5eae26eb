// SPDX-License-Identifier: MIT
import FileTree
import Foundation

/// A file of a tree as a line for people, or as an object of JSON.
struct FileLine: Encodable {
    var path: String
    var type: String
    /// Four octal digits.
    var mode: String
    var links: Int
    var uid: UInt32
    var gid: UInt32
    var size: Int64
    /// Seconds since the start of 1970.
    var mtime: Int64
    var target: String?
    var device: String?
    private var permissions: UInt32

    private enum CodingKeys: String, CodingKey { case path, type, mode, links, uid, gid, size, mtime, target, device }

    init(_ visit: FileTree.Visit, in tree: FileTree) {
        let node = tree[visit.number]
        let attributes = node.attributes
        path = printable(visit.path.bytes)
        links = visit.linkCount
        (uid, gid, mtime) = (attributes.user, attributes.group, attributes.modificationTime)
        permissions = attributes.permissions
        let digits = String(attributes.permissions, radix: 8)
        mode = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        size = 0
        switch node.kind {
        case .folder: type = "directory"
        case .file(let contents): (type, size) = ("file", contents.size)
        case .symbolicLink(let bytes): (type, target) = ("symlink", printable(bytes))
        case .characterDevice(let number): (type, device) = ("char", "\(number.major), \(number.minor)")
        case .blockDevice(let number): (type, device) = ("block", "\(number.major), \(number.minor)")
        case .pipe: type = "fifo"
        case .socket: type = "socket"
        }
    }

    /// The line, in the form of `ls -l`.
    var text: String {
        let letters = ["directory": "d", "file": "-", "symlink": "l", "char": "c", "block": "b", "fifo": "p"]
        let columns = [
            (letters[type] ?? "s") + permissionLetters, Self.right("\(links)", 3), Self.right("\(uid)", 5),
            Self.right("\(gid)", 5), Self.right(device ?? "\(size)", 12),
            Date(timeIntervalSince1970: TimeInterval(mtime)).formatted(
                .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false)),
            path + (target.map { " -> \($0)" } ?? ""),
        ]
        return columns.joined(separator: " ")
    }

    private var permissionLetters: String {
        var letters = Array("rwxrwxrwx").enumerated().map { permissions >> UInt32(8 - $0) & 1 == 1 ? $1 : "-" }
        // Set-user-ID, set-group-ID and sticky stand in the place of x, in capitals where there is no x.
        for (bit, place, letter) in [(0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")] as [(UInt32, Int, String)]
        where permissions & bit != 0 {
            letters[place] = Character(letters[place] == "x" ? letter : letter.uppercased())
        }
        return String(letters)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
