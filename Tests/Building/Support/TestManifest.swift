// SPDX-License-Identifier: MIT

/// A manifest made by hand from the table in `ManifestLayout`, not by the encoder.
struct TestManifest {
    struct Domain {
        var name = Array("guest".utf8)
        var commandLine = Array("quiet".utf8)
        var kernel: UInt32 = 1
        var ramdisk = UInt32.max
        var memory: UInt32 = 256
        var vCPUs: UInt32 = 1
        var uuid = Array(UInt8(0)..<16)
        var weight: UInt32 = 256
        var cap: UInt32 = 0
    }

    var magic = Array("ApusDoms".utf8)
    var version: UInt32 = 2
    var domains = [
        Domain(),
        Domain(
            name: Array("zweitér".utf8), commandLine: [], kernel: 2, ramdisk: 3, vCPUs: 2, weight: 65_535, cap: 150),
    ]

    var bytes: [UInt8] {
        let number = { (value: UInt32) in TestELF.littleEndian(UInt64(value), 4) }
        var records: [UInt8] = []
        var texts: [UInt8] = []
        for domain in domains {
            for text in [domain.name, domain.commandLine] {
                records += number(UInt32(24 + domains.count * 56 + texts.count)) + number(UInt32(text.count))
                texts += text
            }
            records += number(domain.kernel) + number(domain.ramdisk) + number(domain.memory) + number(domain.vCPUs)
            records += domain.uuid + number(domain.weight) + number(domain.cap)
        }
        let size = 24 + records.count + texts.count
        let header = magic + number(version) + number(UInt32(domains.count)) + number(UInt32(size)) + number(0)
        return header + records + texts
    }
}
