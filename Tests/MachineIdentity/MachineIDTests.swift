// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import MachineIdentity

@Suite("A machine identity")
struct MachineIDTests {
    static let sample = "0123456789abcdef0123456789abcdef"

    @Test("is a random UUID of version 4, without its dashes")
    func random() throws {
        for _ in 0..<100 {
            let identity = MachineID()
            #expect(identity.description.count == 32)
            #expect(MachineID(parsing: identity.description) == identity)
            #expect(identity.bytes[6] >> 4 == 4)
            #expect(identity.bytes[8] >> 6 == 2)
        }
    }

    @Test("never comes twice in 10,000")
    func collisions() {
        #expect(Set((0..<10_000).map { _ in MachineID() }).count == 10_000)
    }

    @Test(
        "in a file is read as dbus-uuidgen reads it",
        arguments: [
            sample, sample + "\n", "  \(sample)\t\r\n\n", sample.uppercased(), "\u{C}" + sample, sample + "\u{B}",
            sample + "0", String(sample.dropLast()), "", "\n", "0123456789abcdef 123456789abcdef",
            "g123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef", sample + "\nmore",
            "+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", String(repeating: "0", count: 32), sample + "\0",
        ])
    func likeDBusGet(contents: String) throws {
        let workspace = try Workspace()
        try workspace.write(contents.utf8, to: "id")
        let ours = try? MachineIDStore.file(path: workspace.file("id")).get()
        guard let theirs = try ForeignTool("dbus-uuidgen")?.run(["--get=\(workspace.file("id"))"]) else { return }
        #expect((ours != nil) == (theirs.status == 0))
        if let ours { #expect("\(ours)\n" == theirs.text) }
    }

    @Test("is made, kept and refused as dbus-uuidgen --ensure does it", arguments: [nil, sample, "", "garbage"])
    func likeDBusEnsure(contents: String?) throws {
        let (our, their) = (try Workspace(), try Workspace())
        for workspace in [our, their] { if let contents { try workspace.write(contents.utf8, to: "id") } }
        let ours = try? MachineIDStore.file(path: our.file("id")).ensure()
        guard let theirs = try ForeignTool("dbus-uuidgen")?.run(["--ensure=\(their.file("id"))"]) else { return }
        #expect((ours != nil) == (theirs.status == 0))
        #expect(theirs.output.isEmpty)
        if contents == nil {
            let (one, other) = (try #require(our.text("id")), try #require(their.text("id")))
            #expect(one.count == other.count && one.hasSuffix("\n"))
            let mode = { try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int }
            #expect(try mode(our.file("id")) == mode(their.file("id")))
            // Each reads what the other wrote.
            #expect(try MachineIDStore.file(path: their.file("id")).get().description + "\n" == other)
            #expect(try ForeignTool("dbus-uuidgen")?.run(["--get=\(our.file("id"))"]).text == one)
        } else {
            #expect(our.text("id") == contents && their.text("id") == contents)
        }
        #expect(our.names == their.names)
    }

    @Test("that is missing is an error that says what to do")
    func missing() throws {
        let workspace = try Workspace()
        let store = try MachineIDStore(path: workspace.file("none"))
        let error = #expect(throws: MachineIDError.self) { try store.get() }
        #expect(error?.description.contains("apus machine-id ensure") == true)
        #expect(throws: MachineIDError.self) { try MachineIDStore.file(path: "/nonexistent/folder/id").ensure() }
    }
}

@Suite("A machine identity in a root folder")
struct MachineIDRootTests {
    @Test("is made in both places, and a link between them stays a link")
    func links() throws {
        for target in ["/etc/machine-id", "../../../etc/machine-id", "../../../../../../etc/machine-id"] {
            let workspace = try Workspace()
            try workspace.link("var/lib/dbus/machine-id", to: target)
            try workspace.write("".utf8, to: "etc/machine-id")
            let identity = try MachineIDStore(path: workspace.path).ensure()
            #expect(workspace.text("etc/machine-id") == "\(identity)\n")
            let link = workspace.file("var/lib/dbus/machine-id")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
            #expect(try MachineIDStore(path: workspace.path).get() == identity)
            #expect(try MachineIDStore(path: workspace.path).ensure() == identity)
            let new = MachineID()
            try MachineIDStore(path: workspace.path).set(new)
            #expect(try MachineIDStore(path: workspace.path).get() == new)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        }
    }

    @Test("of one place is taken over by the other; two that differ are refused until one is set")
    func twoPlaces() throws {
        for place in ["etc/machine-id", "var/lib/dbus/machine-id"] {
            let workspace = try Workspace()
            try workspace.write(MachineIDTests.sample.utf8, to: place)
            #expect(try MachineIDStore(path: workspace.path).ensure().description == MachineIDTests.sample)
            for file in ["etc/machine-id", "var/lib/dbus/machine-id"] {
                #expect(workspace.text(file)?.hasPrefix(MachineIDTests.sample) == true)
            }
        }
        let workspace = try Workspace()
        try workspace.write(MachineIDTests.sample.utf8, to: "etc/machine-id")
        try workspace.write(String(MachineIDTests.sample.reversed()).utf8, to: "var/lib/dbus/machine-id")
        #expect(throws: MachineIDError.self) { try MachineIDStore(path: workspace.path).ensure() }
        try MachineIDStore(path: workspace.path).set(MachineID())
        _ = try MachineIDStore(path: workspace.path).ensure()
    }

    @Test("is never written outside of the folder, whatever links there are")
    func outside() throws {
        let workspace = try Workspace()
        try workspace.write("mine".utf8, to: "outside/secret")
        try workspace.link("root/etc/machine-id", to: workspace.file("outside/secret"))
        try workspace.link("root/var/lib", to: "../../outside")
        let identity = try MachineIDStore(path: workspace.file("root")).ensure()
        #expect(workspace.text("outside/secret") == "mine")
        #expect(workspace.text("root\(workspace.file("outside/secret"))") == "\(identity)\n")
        #expect(workspace.text("root/outside/dbus/machine-id") == "\(identity)\n")
    }

    @Test("behind links in a circle is an error")
    func circle() throws {
        let workspace = try Workspace()
        try workspace.link("etc", to: "etc")
        #expect(throws: MachineIDError.self) { try MachineIDStore(path: workspace.path).ensure() }
    }
}
