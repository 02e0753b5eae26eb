// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import XenReference

@Suite("The libraries of Xen's programs")
struct SharedLibraryTests {
    @Test("are told by a program's dynamic section")
    func needed() throws {
        let file = TestProgram.bytes(needing: ["libxenlight.so.4.17", "libc.so.6"])
        #expect(try DynamicSection(of: "xl", file).needed == ["libxenlight.so.4.17", "libc.so.6"])
        #expect(try DynamicSection(of: "static", TestProgram.bytes(needing: [])).needed == [])
    }

    @Test("of a damaged program are an error, wherever it is cut, and whatever byte is changed it is read to an end")
    func damaged() throws {
        let file = TestProgram.bytes(needing: ["libc.so.6"])
        for length in 0..<file.count - 11 {
            #expect(throws: XenReferenceError.self) { try DynamicSection(of: "xl", Array(file[..<length])) }
        }
        for index in file.indices {
            for byte in [0, 0x7F, 0xFF] as [UInt8] {
                var changed = file
                changed[index] = byte
                _ = try? DynamicSection(of: "xl", changed)
            }
        }
    }

    @Test("are found with all that they need themselves, in any of the packages' folders")
    func closure() throws {
        let workshop = try Workshop()
        let folders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/xen-4.17/lib/x86_64-linux-gnu"]
        let needs = [["liba.so", "libb.so"], ["libb.so", "libc.so"], ["libc.so", "liba.so"]]
        for (folder, names) in zip(folders, needs) {
            let path = "\(workshop.folder)/\(folder)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(TestProgram.bytes(needing: [names[1]])).write(to: URL(fileURLWithPath: "\(path)/\(names[0])"))
        }
        var libraries = SharedLibraries(below: workshop.folder)
        try libraries.add("liba.so")
        #expect(libraries.found.keys.sorted() == ["liba.so", "libb.so", "libc.so"])
        #expect(throws: XenReferenceError.self) { try libraries.add("libd.so") }
    }
}
