// SPDX-License-Identifier: MIT

import GuestPayload
import Testing

@Suite("Initial ramdisk: what is refused")
struct InitialRamdiskErrorTests {
    /// Why `change` to an empty ramdisk is refused; nil where it is accepted.
    private func reason(
        _ change: (inout InitialRamdisk) throws(InitialRamdiskError) -> Void
    ) -> InitialRamdiskError.Reason? {
        var ramdisk = InitialRamdisk()
        do throws(InitialRamdiskError) {
            try change(&ramdisk)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        "paths that lead out of the ramdisk or nowhere",
        arguments: ["", "/", "/init", "a/", ".", "..", "../etc", "./init", "a\0b", "TRAILER!!!"])
    func paths(path: String) {
        let refused = reason { ramdisk throws(InitialRamdiskError) in try ramdisk.addFile(path, contents: []) }
        #expect(refused == .wrongPath)
    }

    @Test("paths and targets longer than Linux takes")
    func lengths() {
        let long = String(repeating: "x", count: 4096)
        #expect(reason { ramdisk throws(InitialRamdiskError) in try ramdisk.addFolder(long) } == .tooLong)
        #expect(
            reason { ramdisk throws(InitialRamdiskError) in try ramdisk.addSymbolicLink("a", to: long) } == .tooLong)
    }

    @Test("targets that no link can have")
    func targets() {
        for target in ["", "a\0b"] {
            let refused = reason { ramdisk throws(InitialRamdiskError) in
                try ramdisk.addSymbolicLink("a", to: target)
            }
            #expect(refused == .wrongTarget)
        }
    }

    @Test("entries whose folder is not there, or is a file")
    func folders() {
        #expect(
            reason { ramdisk throws(InitialRamdiskError) in try ramdisk.addFile("a/b", contents: []) } == .noFolder)
        let below = reason { ramdisk throws(InitialRamdiskError) in
            try ramdisk.addFile("a", contents: [])
            try ramdisk.addFile("a/b", contents: [])
        }
        #expect(below == .noFolder)
    }

    @Test("the same path twice")
    func duplicates() {
        let twice = reason { ramdisk throws(InitialRamdiskError) in
            try ramdisk.addFolder("a")
            try ramdisk.addFile("a", contents: [])
        }
        #expect(twice == .duplicate)
    }

    @Test("permissions with bits that are not permissions")
    func permissions() {
        let refused = reason { ramdisk throws(InitialRamdiskError) in
            try ramdisk.addFolder("a", attributes: InitialRamdisk.Attributes(permissions: 0o10000))
        }
        #expect(refused == .wrongPermissions)
    }

    @Test("more than a ramdisk can hold")
    func size() {
        let large = reason { ramdisk throws(InitialRamdiskError) in
            ramdisk = InitialRamdisk(sizeLimit: 1 << 20)
            let half = Array(repeating: UInt8(0), count: 1 << 19)
            try ramdisk.addFile("a", contents: half)
            try ramdisk.addFile("b", contents: half)
        }
        #expect(large == .tooLarge)
    }

    @Test("an error names the path")
    func description() {
        var ramdisk = InitialRamdisk()
        let error = #expect(throws: InitialRamdiskError.self) { try ramdisk.addFile("a/b", contents: []) }
        #expect(error?.description == "a/b: the folder it lies in is not there; add the folder first")
    }
}
