// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import DomainConfiguration

@Suite("A clone of a guest")
struct GuestCloneTests {
    static func original(_ extra: String, in folder: TestFolder) throws -> ClonedConfiguration {
        try folder.write([1], to: "vmlinuz")
        try folder.write([2], to: "initramfs")
        let text = """
            name = "web"
            type = "pvh"
            kernel = "vmlinuz"
            ramdisk = "initramfs"
            memory = 256
            \(extra)

            """
        try folder.write(Array(text.utf8), to: "web.cfg")
        return try ClonedConfiguration(path: folder.path + "/web.cfg")
    }

    static func clone(_ extra: String, in folder: TestFolder) throws -> GuestClone {
        var known = KnownIdentities()
        return try GuestClone(of: try original(extra, in: folder), in: "/clones", named: "copy", &known)
    }

    @Test("has another name, UUID and addresses, and everything else as it was, with absolute paths")
    func settings() throws {
        let folder = try TestFolder()
        let clone = try Self.clone(
            "uuid = \"01234567-89ab-cdef-0123-456789abcdef\"\nvif = [ 'mac=00:16:3e:00:00:01,bridge=br0', 'bridge=br1' ]\n"
                + "vcpus = 3\non_crash = 'pre\\\\serve \\x01\"'", in: folder)
        try folder.write(Array(clone.text.utf8), to: "copy.cfg")
        let copy = try DomainConfiguration.load(path: folder.path + "/copy.cfg").domain
        #expect(copy.name == "copy")
        #expect(copy.uuid == clone.identity.uuid)
        #expect(copy.uuid.description != "01234567-89ab-cdef-0123-456789abcdef")
        #expect(copy.kernel == folder.path + "/vmlinuz")
        #expect(copy.ramdisk == folder.path + "/initramfs")
        #expect(copy.memory == 256)
        #expect(copy.vCPUCount == 3)
        #expect(clone.identity.addresses.count == 2)
        for (address, bridge) in zip(clone.identity.addresses, ["br0", "br1"]) {
            #expect(clone.text.contains("\"mac=\(address),bridge=\(bridge)\""))
        }
        let settings = try ConfigurationParser.settings(file: "copy", bytes: Array(clone.text.utf8))
        #expect(settings.first { $0.key == "on_crash" }?.value == .scalar("pre\\serve \u{1}\""))
        #expect(Set(settings.map(\.key)).count == settings.count)
    }

    @Test("keeps comments, blank lines and the order of the original's settings") func comments() throws {
        let folder = try TestFolder()
        let clone = try Self.clone(
            "\n# how much it gets\nvcpus = 2 # two\nvif = [ 'bridge=br0', # the first\n 'bridge=br1' ]; maxmem = 512\n# end",
            in: folder)
        let lines = clone.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "name = \"copy\"" && lines[1] == "type = \"pvh\"" && lines[4] == "memory = 256")
        #expect(lines[5...7] == ["", "# how much it gets", "vcpus = 2 # two"])
        #expect(lines[8].hasPrefix("vif = [ \"mac=00:16:3e:") && lines[8].hasSuffix("bridge=br1\" ]; maxmem = 512"))
        #expect(lines[9] == "# end" && lines[10].hasPrefix("uuid = "))
    }

    @Test("puts overlays over the disks that are written to, and shares the others")
    func disks() throws {
        let folder = try TestFolder()
        let clone = try Self.clone(
            "disk = [ 'a.img, raw, xvda, w', 'format=qcow2, vdev=xvdb, target=/b.qcow2', 'c.iso,,xvdc,cdrom' ]",
            in: folder)
        #expect(clone.overlays.map(\.path) == ["/clones/copy-xvda.qcow2", "/clones/copy-xvdb.qcow2"])
        #expect(clone.overlays.map(\.backingFormat) == ["raw", "qcow2"])
        #expect(clone.overlays[1].backing == "/b.qcow2")
        #expect(clone.text.contains("format=qcow2,vdev=xvda,access=rw,target=/clones/copy-xvda.qcow2"))
        #expect(clone.text.contains("c.iso") && clone.text.contains("cdrom"))
    }

    @Test("refuses disks that it does not understand", arguments: ["phy:/dev/sda,xvda,w", "a.vhd,vhd,xvda,w", "a.img"])
    func unknownDisks(disk: String) throws {
        let folder = try TestFolder()
        #expect(throws: ConfigurationProblem.self) { try Self.clone("disk = [ '\(disk)' ]", in: folder) }
    }

    @Test("gets its machine identity on the command line, in place of that of the original")
    func commandLine() throws {
        let folder = try TestFolder()
        for (extra, expected) in [
            ("", "cmdline = \"systemd.machine_id=aa\""),
            ("cmdline = 'quiet systemd.machine_id=bb x'", "cmdline = \"quiet x systemd.machine_id=aa\""),
            ("extra = 'quiet'", "extra = \"quiet systemd.machine_id=aa\""),
            ("root = '/dev/xvda'", "extra = \"systemd.machine_id=aa\""),
        ] {
            var clone = try Self.clone(extra, in: folder)
            clone.setMachineID(onCommandLine: "aa")
            #expect(clone.text.contains(expected), "\(clone.text)")
        }
    }

    @Test("is unlike 9,999 others in name, UUID and address")
    func tenThousand() throws {
        let folder = try TestFolder()
        let original = try Self.original("vif = [ 'bridge=br0', 'bridge=br0' ]", in: folder)
        var known = KnownIdentities()
        var uuids: Set<DomainUUID> = []
        var addresses: Set<MACAddress> = []
        for number in 0..<10_000 {
            let clone = try GuestClone(of: original, in: "/clones", named: "copy-\(number)", &known)
            uuids.insert(clone.identity.uuid)
            addresses.formUnion(clone.identity.addresses)
        }
        #expect(uuids.count == 10_000)
        #expect(addresses.count == 20_000)
        #expect(addresses.allSatisfy { $0.description.hasPrefix("00:16:3e:") && $0.description.utf8.count == 17 })
    }

    @Test("gets no address that a configuration in the folder has")
    func knownAddresses() throws {
        let folder = try TestFolder()
        let text = "name = 'a'\nvif = [ 'bridge=x, mac=00:16:3E:00:00:05' ]\n"
        try folder.write(Array(text.utf8), to: "a.cfg")
        var known = KnownIdentities()
        known.add(folder: folder.path)
        #expect(known.hasName("a"))
        #expect(MACAddress(parsing: "00:16:3E:00:00:05")?.description == "00:16:3e:00:00:05")
        #expect(MACAddress(parsing: "52:54:00:00:00:05") == nil)
        // A random source that offers the taken address first.
        struct Offers: RandomNumberGenerator {
            var count: UInt64 = 0
            mutating func next() -> UInt64 {
                count += 1
                return count <= 20 ? 5 << 40 : count << 40
            }
        }
        var random = Offers()
        #expect(MACAddress(using: &random).description == "00:16:3e:00:00:05")
        random = Offers()
        let made = known.make(name: "b", cards: 3, using: &random)
        #expect(Set(made.addresses).count == 3)
        #expect(!made.addresses.map(\.description).contains("00:16:3e:00:00:05"))
        #expect(known.hasName("b"))
    }
}
