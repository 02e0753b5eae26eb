// SPDX-License-Identifier: MIT

import DomainConfiguration
import Testing

@Suite("Domain configurations: what is read")
struct DomainConfigurationTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("every key of a whole configuration is read")
    func whole() throws {
        let loaded = try folder.load(
            """
            # A guest
            name    = "linux"; type = 'pvh'
            kernel  = "vmlinux"      # beside this file
            ramdisk = "initrd.gz"
            extra   = "console=hvc0 \\"quoted\\""
            root    = "/dev/xvda"
            memory  = 0x100
            vcpus   = 2
            maxvcpus = 2
            uuid    = "01234567-89AB-cdef-0123-456789abcdef"
            cpu_weight = 512
            cap     = 150
            """)
        #expect(loaded.warnings.isEmpty)
        let domain = loaded.domain
        #expect(domain.name == "linux")
        #expect(domain.kernel == folder.path + "/vmlinux")
        #expect(domain.ramdisk == folder.path + "/initrd.gz")
        #expect(domain.commandLine == "root=/dev/xvda console=hvc0 \"quoted\"")
        #expect(domain.memory == 256)
        #expect(domain.vCPUCount == 2)
        #expect(domain.weight == 512 && domain.cap == 150)
        #expect(domain.uuid.description == "01234567-89ab-cdef-0123-456789abcdef")
    }

    @Test("what is not said has a default, and a warning where Xen's default differs")
    func defaults() throws {
        let loaded = try folder.load("name = 'a'\nkernel = 'vmlinux'")
        #expect(
            loaded.domain
                == DomainConfiguration(
                    name: "a", kernel: folder.path + "/vmlinux", memory: 128, vCPUCount: 1, weight: 256, cap: 0))
        #expect(
            loaded.warnings.map(\.problem) == [
                "'type' is missing, taken as \"pvh\"", "'memory' is missing, taken as 128 MiB",
            ])
    }

    @Test("numbers may stand in quotes and names may be numbers, as xl has it")
    func scalars() throws {
        let domain = try folder.load("name = 7\nkernel = 'vmlinux'\nmemory = \"96\"").domain
        #expect(domain.name == "7")
        #expect(domain.memory == 96)
    }

    @Test(
        "an HVM domain with its own firmware starts it as a kernel, and a warning says so",
        arguments: ["type", "builder"])
    func firmware(key: String) throws {
        let loaded = try folder.load("name = 'a'\n\(key) = 'hvm'\nmemory = 64\nfirmware_override = 'vmlinux'")
        #expect(loaded.domain.kernel == folder.path + "/vmlinux")
        #expect(
            loaded.warnings.map(\.description).last
                == "guest.cfg:2:1: an HVM domain runs as a PVH one: its firmware is started, and there is no emulated PC; "
                + "add type = \"pvh\" and call the firmware 'kernel' to silence this warning")
    }

    @Test("cmdline alone is the command line; root and extra beside it are ignored with a warning")
    func commandLine() throws {
        let loaded = try folder.load(minimal("extra = 'b'\ncmdline = 'a'\nroot = 'c'"))
        #expect(loaded.domain.commandLine == "a")
        #expect(loaded.warnings.map(\.position.line) == [5, 7])
        #expect(try folder.load(minimal("extra = 'b'")).domain.commandLine == "b")
        #expect(try folder.load(minimal("root = 'c'")).domain.commandLine == "root=c")
    }

    @Test("keys that xl knows and Apus does not are warned about, with their place, whatever their value")
    func unknownKeys() throws {
        let loaded = try folder.load(minimal("vif = [ 'bridge=br0',\n  'mac=1', ] # two\ndisk = [ [ 1 ], [] ]"))
        #expect(
            loaded.warnings.map(\.description) == [
                "guest.cfg:5:1: 'vif' is not supported and is ignored; remove it to silence this warning",
                "guest.cfg:7:1: 'disk' is not supported and is ignored; remove it to silence this warning",
            ])
    }

    @Test("a key that is set twice has its last value, and a warning at the first")
    func twice() throws {
        let loaded = try folder.load(minimal("vcpus = 2\nvcpus = 3"))
        #expect(loaded.domain.vCPUCount == 3)
        #expect(loaded.warnings.map(\.position.line) == [5])
    }

    @Test("vCPUs beyond vcpus are left out with a warning")
    func maximumVCPUs() throws {
        let loaded = try folder.load(minimal("vcpus = 2\nmaxvcpus = 4"))
        #expect(loaded.domain.vCPUCount == 2)
        #expect(loaded.warnings.count == 1)
    }

    @Test("lines may end as in DOS, and the last need not end at all")
    func lineEnds() throws {
        let text = minimal("vcpus = 4").split(separator: "\n").joined(separator: "\r\n")
        #expect(try folder.load(text).domain.vCPUCount == 4)
    }

    @Test("paths start in the current directory, then beside the configuration file")
    func paths() throws {
        try folder.write(Array(minimal().utf8), to: "below/guest.cfg")
        let load = { try DomainConfiguration.load(path: "below/guest.cfg", directory: folder.path).domain.kernel }
        #expect(try load() == folder.path + "/vmlinux")
        try folder.write([1], to: "below/vmlinux")
        #expect(try load() == folder.path + "/vmlinux")
        let elsewhere = try DomainConfiguration.load(path: folder.path + "/below/guest.cfg", directory: "/")
        #expect(elsewhere.domain.kernel == folder.path + "/below/vmlinux")
    }

    @Test("escapes in strings are those of xl")
    func escapes() throws {
        let domain = try folder.load(minimal(#"cmdline = "\x41\102\t\\ \' \"é""#)).domain
        #expect(domain.commandLine == "AB\t\\ ' \"é")
    }
}
