// SPDX-License-Identifier: MIT

import GuestPayload
import Testing

@Suite("Initial ramdisk: a newc archive")
struct InitialRamdiskTests {
    /// A ramdisk with one entry of each kind.
    private func sample() throws -> InitialRamdisk {
        var ramdisk = InitialRamdisk()
        try ramdisk.addFolder("dev")
        try ramdisk.addDevice("dev/console", .character(major: 5, minor: 1))
        try ramdisk.addDevice("dev/xvda", .block(major: 202, minor: 300))
        let attributes = InitialRamdisk.Attributes(permissions: 0o4750, user: 1, group: 2, modificationTime: 3)
        try ramdisk.addFile("init", contents: Array("#!/bin/sh\n".utf8), attributes: attributes)
        try ramdisk.addSymbolicLink("link", to: "init")
        return ramdisk
    }

    @Test("every kind of entry has its type, permissions, owner, time and numbers")
    func entries() throws {
        let listing = try ArchiveListing(sample().bytes)
        #expect(listing.entries.map(\.name) == ["dev", "dev/console", "dev/xvda", "init", "link"])
        let modes = listing.entries.map { $0.fields["mode"] }
        #expect(modes == [0o040755, 0o020600, 0o060600, 0o104750, 0o120777])
        #expect(listing.entries.map { $0.fields["inode"] } == [1, 2, 3, 4, 5])
        #expect(listing.entries.map { $0.fields["links"] } == [2, 1, 1, 1, 1])
        #expect(listing["dev/console"]?.fields["major"] == 5)
        #expect(listing["dev/console"]?.fields["minor"] == 1)
        #expect(listing["dev/xvda"]?.fields["major"] == 202)
        #expect(listing["dev/xvda"]?.fields["minor"] == 300)
        #expect(listing["init"]?.fields["user"] == 1)
        #expect(listing["init"]?.fields["group"] == 2)
        #expect(listing["init"]?.fields["time"] == 3)
        #expect(listing["init"]?.contents == Array("#!/bin/sh\n".utf8))
        #expect(listing["link"]?.contents == Array("init".utf8))
    }

    @Test("the archive ends with its trailer and zeros up to a block of 512 bytes")
    func trailer() throws {
        for ramdisk in [InitialRamdisk(), try sample()] {
            let bytes = ramdisk.bytes
            let end = try ArchiveListing(bytes).end
            #expect(bytes.count % 512 == 0 && bytes.count - end < 512)
            #expect(bytes[end...].allSatisfy { $0 == 0 })
        }
    }

    @Test("contents of any length are padded to four bytes", arguments: 0..<9)
    func padding(length: Int) throws {
        var ramdisk = InitialRamdisk()
        let contents = Array(repeating: UInt8(0xAA), count: length)
        try ramdisk.addFile(String(repeating: "n", count: length + 1), contents: contents)
        try ramdisk.addFile("after", contents: [1])
        let listing = try ArchiveListing(ramdisk.bytes)
        #expect(listing.entries.map(\.contents) == [contents, [1]])
    }

    @Test("the same entries always make the same bytes")
    func reproducible() throws {
        #expect(try sample().bytes == sample().bytes)
        #expect(try sample().compressed() == sample().compressed())
    }

    @Test("the system's cpio lists the same entries")
    func systemCpio() throws {
        guard let (tool, prefix) = try cpio() else { return }
        let listing = try tool.run(prefix + ["-itv"], input: sample().bytes)
        let lines = String(decoding: listing, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 5)
        for (line, start) in zip(lines, ["drwxr-xr-x", "crw-------", "brw-------", "-rwsr-x---", "lrwxrwxrwx"]) {
            #expect(line.hasPrefix(start))
        }
        #expect(lines[2].contains("202") && lines[2].contains("300"))
        #expect(lines[4].hasSuffix("link -> init"))
    }

    @Test("the system's gzip unpacks what is compressed here")
    func systemGzip() throws {
        let ramdisk = try sample()
        let compressed = try ramdisk.compressed()
        #expect(compressed.starts(with: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]))
        guard let tool = SystemTool("gzip") else { return }
        #expect(try tool.run(["-dc"], input: compressed) == ramdisk.bytes)
    }

    /// GNU cpio, or busybox's.
    private func cpio() throws -> (SystemTool, [String])? {
        if let tool = SystemTool("cpio") { return (tool, []) }
        return SystemTool("busybox").map { ($0, ["cpio"]) }
    }
}
