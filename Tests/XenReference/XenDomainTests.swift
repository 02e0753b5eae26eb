// SPDX-License-Identifier: MIT
import DomainConfiguration
import Testing

@testable import XenReference

@Suite("A guest as a domain of Xen")
struct XenDomainTests {
    @Test("has a configuration that xl reads, and is kept when it has ended")
    func configuration() {
        let configuration = DomainConfiguration(
            name: "a", kernel: "a.elf", commandLine: "peer=2 say=\"x\"", memory: 96, vCPUCount: 3)
        let text = XenDomain(configuration, kernel: []).xlConfiguration(named: "group1-1")
        let lines = text.split(separator: "\n")
        for line in [
            "name = \"group1-1\"", "type = \"pvh\"", "kernel = \"/guests/group1-1.kernel\"", "memory = 96", "vcpus = 3",
            "uuid = \"\(configuration.uuid)\"", "tsc_mode = \"native\"", "cmdline = 'peer=2 say=\"x\"'",
            "on_poweroff = \"preserve\"", "on_reboot = \"preserve\"", "on_crash = \"preserve\"",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
        #expect(!text.contains("ramdisk"))
        let withRamdisk = XenDomain(configuration, kernel: [], ramdisk: [1])
        #expect(withRamdisk.xlConfiguration(named: "group2-1").contains("ramdisk = \"/guests/group2-1.ramdisk\"\n"))
    }

    @Test("cannot add settings by its command line")
    func commandLine() {
        let configuration = DomainConfiguration(name: "a", kernel: "a", commandLine: "x\"'\nvcpus = 9")
        let text = XenDomain(configuration, kernel: []).xlConfiguration(named: "group1-1")
        #expect(text.split(separator: "\n").contains { $0 == "cmdline = 'x\"vcpus = 9'" })
        #expect(!text.contains("\nvcpus = 9"))
    }
}
