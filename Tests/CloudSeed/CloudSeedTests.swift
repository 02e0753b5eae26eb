// SPDX-License-Identifier: MIT
import FileTree
import OpticalImage
import TestFiles
import Testing

@testable import CloudSeed

@Suite("A seed for cloud-init")
struct CloudSeedTests {
    static let userData = "#cloud-config\nusers:\n  - name: admin\n"
    static let metaData = "instance-id: guest-1\nlocal-hostname: guest\n"

    static func seed(_ texts: [CloudSeed.Part: String]) throws(CloudSeedError) -> CloudSeed {
        try CloudSeed(parts: texts.mapValues { Array($0.utf8) })
    }

    static func problem(_ part: CloudSeed.Part, _ text: String) -> String? {
        var texts: [CloudSeed.Part: String] = [.userData: userData, .metaData: metaData]
        texts[part] = text
        do throws(CloudSeedError) {
            _ = try seed(texts)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("is a disc named cidata with the parts under their names, in both sorts of names")
    func disc() throws {
        let workspace = try Workspace()
        let network = "version: 2\nethernets:\n  eth0: {dhcp4: true}\n"
        let seed = try Self.seed([
            .userData: Self.userData, .metaData: Self.metaData, .networkConfiguration: network,
            .vendorData: "#!/bin/sh\n",
        ])
        try seed.image().write(to: workspace.file("seed.iso"))
        for names in [OpticalImageReader.Names.rockRidge, .joliet] {
            let reader = try OpticalImageReader(path: workspace.file("seed.iso"), names: names)
            #expect(reader.volumeName == "cidata")
            #expect(
                reader.tree.visits.map(\.path.description) == [
                    "/meta-data", "/network-config", "/user-data", "/vendor-data",
                ])
            #expect(try reader.tree.bytes("user-data") == Array(Self.userData.utf8))
            #expect(try reader.tree.bytes("network-config") == Array(network.utf8))
        }
        if let label = try ForeignTool("blkid")?.output([
            "-o", "value", "-s", "LABEL", "-p", workspace.file("seed.iso"),
        ]) {
            #expect(label.text == "cidata\n")
        }
    }

    @Test("holds the same files as one of cloud-localds")
    func likeCloudLocalds() throws {
        let workspace = try Workspace()
        try workspace.write(Self.userData.utf8, to: "u")
        try workspace.write(Self.metaData.utf8, to: "m")
        guard let tool = ForeignTool("cloud-localds") else { return }
        _ = try tool.output(["their.iso", "u", "m"], in: workspace.path)
        let seed = try Self.seed([.userData: Self.userData, .metaData: Self.metaData])
        try seed.image().write(to: workspace.file("our.iso"))
        let ours = try OpticalImageReader(path: workspace.file("our.iso"))
        let theirs = try OpticalImageReader(path: workspace.file("their.iso"))
        #expect(ours.volumeName == theirs.volumeName)
        for part in ["user-data", "meta-data"] { #expect(try ours.tree.bytes(part) == theirs.tree.bytes(part)) }
        #expect(ours.tree.visits.map(\.path) == theirs.tree.visits.map(\.path))
    }

    @Test(
        "takes every kind of user-data that cloud-init knows",
        arguments: [
            "#!/bin/sh\necho", "#cloud-config\n", "#cloud-config\r\na: b\r\n", "#include\nhttps://example.org/",
            "#cloud-boothook\n", "#cloud-config-archive\n- type: text/plain\n", "Content-Type: multipart/mixed\n",
            "## template: jinja\n#cloud-config\na: {{ v1 }}\n",
        ])
    func userDataKinds(text: String) { #expect(Self.problem(.userData, text) == nil) }

    @Test(
        "refuses user-data that cloud-init would ignore or not understand",
        arguments: [
            ("", "user-data:1: begins with \"\""), ("users: []\n", "user-data:1: begins with \"users: []\""),
            ("# cloud-config\na: b\n", "user-data:1: begins with"),
            ("#cloud-config\n- a\n", "user-data:2: is no mapping"),
            ("#cloud-config\na: b\n\tc: d\n", "user-data:3: is no YAML"), ("#cloud-config\na: [\n", "is no YAML"),
            ("#cloud-config-archive\na: b\n", "user-data:2: is no list"),
            ("#cloud-config\na: \0\n", "is not UTF-8 text"),
        ])
    func badUserData(text: String, expected: String) {
        #expect(
            Self.problem(.userData, text)?.contains(expected) == true, "\(Self.problem(.userData, text) ?? "nothing")")
    }

    @Test(
        "wants an instance-id, and a network configuration that says which version it is",
        arguments: [
            (CloudSeed.Part.metaData, "local-hostname: x\n", "has no instance-id"), (.metaData, "", "is no mapping"),
            (.metaData, "instance-id:\n", "has no instance-id"), (.metaData, "- a\n", "is no mapping"),
            (.networkConfiguration, "ethernets: {}\n", "has no version"),
            (.networkConfiguration, "version: 3\n", "has no version"),
            (.networkConfiguration, "version: 1\n", "has no list config"),
            (.networkConfiguration, "version: 2\n", "has none of"),
            (.vendorData, "x", "vendor-data:1: begins with"),
        ])
    func badParts(part: CloudSeed.Part, text: String, expected: String) {
        #expect(Self.problem(part, text)?.contains(expected) == true, "\(Self.problem(part, text) ?? "nothing")")
    }

    @Test(
        "takes network configurations of both versions",
        arguments: [
            "version: 1\nconfig:\n- type: physical\n", "network:\n  version: 2\n  ethernets: {}\n",
            "version: 1\nconfig: disabled\n",
        ])
    func networks(text: String) { #expect(Self.problem(.networkConfiguration, text) == nil) }

    @Test("refuses what is missing, too large, or too deep for a parser")
    func limits() throws {
        #expect(throws: CloudSeedError.self) { try Self.seed([.userData: Self.userData]) }
        #expect(throws: CloudSeedError.self) { try Self.seed([.metaData: Self.metaData]) }
        let large = Self.userData + String(repeating: "#", count: CloudSeed.maximumSize)
        #expect(Self.problem(.userData, large)?.contains("1 MiB") == true)
        for deep in [String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000)] {
            #expect(Self.problem(.userData, "#cloud-config\na: \n  " + deep)?.contains("nested more than") == true)
        }
        // Each line names the one before nine times: a parser that copies would fill the memory.
        var bomb = "#cloud-config\na0: &a0 [x]\n"
        for level in 1...60 {
            bomb +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        #expect(Self.problem(.userData, bomb) == nil)
    }
}
