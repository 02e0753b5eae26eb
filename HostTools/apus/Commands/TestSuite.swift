// SPDX-License-Identifier: MIT
import DomainConfiguration
import Foundation
import TestReport

/// Guests that are booted together, and what is expected of each.
struct TestSuite {
    /// One guest of a suite.
    struct Member {
        /// The name of a built guest, `.build/guests/NAME.elf`, or the path of a guest.
        var guest: String
        /// The domain's name, where it is not that of the guest.
        var name: String?
        var expectation: GuestExpectation = .report
        /// What the guest is told, before the number of the domain beside it.
        var commandLine = ""
        /// MiB.
        var memory = 64
        var vCPUCount = 1
        var weight = DomainConfiguration.defaultWeight
        var cap = 0
    }

    var name: String
    var members: [Member]
    /// How many processors the machine has at least.
    var processorCount = 1
    /// Why the real Xen cannot run it in an emulator, where it cannot.
    var reasonNotOnXen: String?

    /// The suites that `apus test` boots when none is named, in this order.
    static let all: [TestSuite] = [
        TestSuite(name: "conformance", members: [Member(guest: "conformance")]),
        TestSuite(name: "conformance-32", members: [Member(guest: "32-bit")]),
        TestSuite(
            name: "conformance-32-pae", members: [Member(guest: "32-bit-pae")],
            reasonNotOnXen: "QEMU sets accessed bits in PAE page-directory pointers, which Xen takes for reserved ones"),
        TestSuite(name: "virtual-cpus", members: [Member(guest: "virtual-cpus", vCPUCount: 2)]),
        // A guest that writes to its console ring and nowhere else.
        TestSuite(
            name: "console-ring",
            members: [Member(guest: "virtual-cpus", name: "console-ring", commandLine: "ring=1", vCPUCount: 2)]),
        // One domain does what the other's tests ask for, until they have it end.
        TestSuite(
            name: "two-domains",
            members: [Member(guest: "peer", expectation: .ending("poweroff")), Member(guest: "two-domains")]),
        // Several virtual CPUs that work at the same time; and beside another domain.
        TestSuite(name: "processors", members: [Member(guest: "processors", vCPUCount: 4)], processorCount: 2),
        TestSuite(name: "processors-4", members: [Member(guest: "processors", vCPUCount: 4)], processorCount: 4),
        TestSuite(
            name: "processors-beside",
            members: [Member(guest: "processors", vCPUCount: 3), Member(guest: "conformance", memory: 64)],
            processorCount: 2),
        // What domains that compute get of a processor: by their weights, and by a cap.
        TestSuite(
            name: "weights",
            members: [
                Member(guest: "share", name: "one", commandLine: "expect=25", weight: 256),
                Member(guest: "share", name: "three", commandLine: "expect=75", weight: 768),
            ]),
        TestSuite(
            name: "cap",
            members: [
                Member(guest: "share", name: "capped", commandLine: "expect=20", cap: 20),
                Member(guest: "share", name: "rest", commandLine: "expect=80"),
            ]),
        // What has gone wrong in hypervisors before; then what needs another domain as well.
        TestSuite(name: "abuse", members: [Member(guest: "abuse", vCPUCount: 4)]),
        TestSuite(
            name: "abuse-beside",
            members: [Member(guest: "peer", expectation: .ending("poweroff")), Member(guest: "abuse", vCPUCount: 4)],
            processorCount: 2),
        // A hostile guest, and a neighbour that must not suffer from it.
        besideNeighbour(Member(guest: "triple-fault", expectation: .ending("reboot"))),
        besideNeighbour(Member(guest: "garbage", expectation: .anyEnding)),
        besideNeighbour(Member(guest: "interrupts-off-loop")),
        besideNeighbour(Member(guest: "hlt-if0")),
        besideNeighbour(Member(guest: "init-to-oneself", expectation: .ending("poweroff"))),
        besideNeighbour(Member(guest: "endless-console")),
        besideNeighbour(Member(guest: "wild-pointers")),
        besideNeighbour(Member(guest: "breakpoints")),
        // One domain looks for another's memory; the other finds its own as it left it.
        TestSuite(name: "isolation", members: [Member(guest: "isolation-victim"), Member(guest: "isolation")]),
    ]

    /// The suites that take minutes in Bochs: they are booted when they are named.
    static let slow: [TestSuite] = [
        TestSuite(name: "many-vcpus", members: [Member(guest: "processors", vCPUCount: 32)], processorCount: 2)
    ]

    private static func besideNeighbour(_ hostile: Member) -> TestSuite {
        TestSuite(name: hostile.guest, members: [hostile, Member(guest: "32-bit")])
    }

    /// The suite of this name, else the guest of this name or path as a suite of its own.
    static func named(_ name: String) -> TestSuite {
        (all + slow).first { $0.name == name }
            ?? TestSuite(name: GuestOptions.name(of: name), members: [Member(guest: name)])
    }

    /// Reads and checks the guests.
    ///
    /// Where there are several, each is told the number of the next as `peer=N`, and the last that of the first.
    /// - Parameter firstDomain: the number of the first guest's domain; the others follow.
    func load(firstDomain: Int = 1) throws(CommandFailure) -> [Guest] {
        var guests: [Guest] = []
        for (index, member) in members.enumerated() {
            var member = member
            if members.count > 1 {
                let peer = "peer=\(firstDomain + (index + 1) % members.count)"
                member.commandLine += member.commandLine.isEmpty ? peer : " \(peer)"
            }
            guests.append(try Guest(try configuration(of: member)))
        }
        return guests
    }

    private func configuration(of member: Member) throws(CommandFailure) -> DomainConfiguration {
        if GuestOptions.isConfiguration(member.guest) { return try GuestOptions.loadConfiguration(member.guest) }
        let built = Locations.built("guests/\(member.guest).elf")
        let path = FileManager.default.fileExists(atPath: member.guest) ? member.guest : built
        guard FileManager.default.fileExists(atPath: path) else {
            let known = (Self.all + Self.slow).map(\.name).joined(separator: ", ")
            throw .input("\(member.guest): no suite (known: \(known)), no file, and not built (make guests)")
        }
        return DomainConfiguration(
            name: member.name ?? GuestOptions.name(of: member.guest), kernel: path, commandLine: member.commandLine,
            memory: member.memory, vCPUCount: member.vCPUCount, weight: member.weight, cap: member.cap)
    }
}
