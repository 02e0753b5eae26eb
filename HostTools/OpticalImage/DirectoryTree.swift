// SPDX-License-Identifier: MIT

/// The folders and files of an image, before they have places on it.
struct DirectoryTree: Sendable {
    /// A folder. The root is its own parent.
    struct Directory: Sendable {
        var name: String
        var parent: Int
        var depth: Int
        var directories: [Int] = []
        var files: [Int] = []
    }

    /// A file: its name, what it holds, and how many bytes that is.
    struct File: Sendable {
        var name: String
        var contents: OpticalImage.Contents
        var size: Int
    }

    /// All folders; the root is number 0.
    private(set) var directories = [Directory(name: "", parent: 0, depth: 1)]
    /// All files, in the order in which they were added: their data lies on the disc in this order.
    private(set) var files: [File] = []

    /// Adds a file, and the folders on its path.
    mutating func add(
        _ path: String, _ contents: OpticalImage.Contents, size: Int
    ) throws(OpticalImageError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.last, parts.count >= 2, parts[0].isEmpty else {
            throw .path(path, rule: "it must begin with / and name a file")
        }
        var place = 0
        for folder in parts.dropFirst().dropLast() { place = try self.folder(named: folder, in: place, of: path) }
        try check(name, isFree: place, of: path)
        try PrimaryNames.check(name, isDirectory: false, of: path)
        directories[place].files.append(files.count)
        files.append(File(name: name, contents: contents, size: size))
    }

    /// The folder of this name, made if it is not there yet.
    private mutating func folder(
        named name: String, in parent: Int, of path: String
    ) throws(OpticalImageError) -> Int {
        if let known = directories[parent].directories.first(where: { directories[$0].name == name }) { return known }
        let depth = directories[parent].depth + 1
        // ECMA-119, section 6.8.2.1.
        guard depth <= 8 else { throw .path(path, rule: "folders nest at most eight deep, the root included") }
        try PrimaryNames.check(name, isDirectory: true, of: path)
        try check(name, isFree: parent, of: path)
        directories.append(Directory(name: name, parent: parent, depth: depth))
        directories[parent].directories.append(directories.count - 1)
        return directories.count - 1
    }

    /// Names that differ only in case or in a replaced character are one name to ISO 9660.
    private func check(_ name: String, isFree place: Int, of path: String) throws(OpticalImageError) {
        let plain = PrimaryNames.bare(name)
        let taken =
            directories[place].directories.contains { PrimaryNames.bare(directories[$0].name) == plain }
            || directories[place].files.contains { PrimaryNames.bare(files[$0].name) == plain }
        if taken { throw .nameTaken(path) }
    }
}
