// SPDX-License-Identifier: MIT
import Glibc
import Testing

@testable import DiskImage

@Suite("Locks keep others out while an image is open, and not a moment longer")
struct LockTests {
    @Test("a second writer is refused while the first has the image open") func excludes() throws {
        let workspace = try Workspace()
        try workspace.write("disk.raw", [UInt8](repeating: 0, count: 512))
        let path = workspace.file("disk.raw")
        let first = try HostFile(path, .writing)
        try first.lock(forWriting: true)
        let second = try HostFile(path, .writing)
        #expect(throws: DiskImageError.inUse(file: path)) { try second.lock(forWriting: true) }
        withExtendedLifetime(first) {}
    }

    @Test("a process that is being started has a copy of the descriptor, and the locks end all the same")
    func copiedDescriptor() throws {
        let workspace = try Workspace()
        try workspace.write("disk.raw", [UInt8](repeating: 0, count: 512))
        let path = workspace.file("disk.raw")
        var first: HostFile? = try HostFile(path, .writing)
        try first?.lock(forWriting: true)
        // What fork does to every descriptor: both refer to the same open file, to which the locks belong.
        let copy = dup(try #require(first?.descriptor))
        defer { close(copy) }
        first = nil
        let second = try HostFile(path, .writing)
        try second.lock(forWriting: true)
    }
}
