// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import XenReference

@Suite("Fetching Xen")
struct PackageFetcherTests {
    @Test("downloads and unpacks the packages once, and keeps what is needed of them")
    func once() async throws {
        let workshop = try Workshop()
        try workshop.installPrograms()
        var progress: [String] = []
        let first = try await workshop.fetcher.fetch { progress.append($0) }
        #expect(first.version == "4.17.7+1")
        #expect(progress.count == 2)
        #expect(try workshop.names("modules") == XenPackages.modules.map { "\($0).ko" }.sorted())
        #expect(try workshop.names("root/lib").isEmpty)
        #expect(try String(contentsOfFile: first.hypervisor, encoding: .utf8) == "xen\n")
        #expect(try String(contentsOfFile: first.kernel, encoding: .utf8) == "linux\n")
        let second = try await workshop.fetcher.fetch { progress.append($0) }
        #expect(second == first)
        #expect(progress.count == 2)
        let asked = try String(contentsOfFile: "\(workshop.folder)/fetched", encoding: .utf8)
        #expect(asked.hasPrefix("-q download xen-hypervisor-4.17-amd64 linux-image-6.1.0-99-amd64 xen-utils-4.17 "))
        #expect(asked.split(separator: "\n").count == 1)
    }

    @Test("begins anew where an installation was made of other packages")
    func outdated() async throws {
        let workshop = try Workshop()
        try workshop.installPrograms()
        let first = try await workshop.fetcher.fetch { _ in }
        try Data("xen-hypervisor-4.17-amd64_1_amd64.deb\n".utf8)
            .write(to: URL(fileURLWithPath: "\(first.folder)/packages.list"))
        #expect(XenInstallation(in: first.folder) == nil)
        #expect(try await workshop.fetcher.fetch { _ in } == first)
    }

    @Test("leaves nothing behind where a step fails, and tells what the program said")
    func failure() async throws {
        let workshop = try Workshop()
        try workshop.installPrograms()
        try workshop.program("dpkg", "echo 'no space left' >&2; exit 2")
        let expected = XenReferenceError.command("\(workshop.programs)/dpkg", said: "no space left")
        await #expect(throws: expected) { try await workshop.fetcher.fetch { _ in } }
        let left = try FileManager.default.contentsOfDirectory(atPath: workshop.folder)
        #expect(left.sorted() == ["fetched", "programs"])
    }

    @Test("tells apart: no Debian, lists that are missing or old, a package without what is needed")
    func reasons() async throws {
        let workshop = try Workshop()
        let missing = XenReferenceError.missingProgram("\(workshop.programs)/apt-cache")
        await #expect(throws: missing) { try await workshop.fetcher.fetch { _ in } }
        try workshop.installPrograms()
        try workshop.program("apt-cache", "echo 'N: no such package'")
        await #expect(throws: XenReferenceError.unknownPackages("linux-image-amd64")) {
            try await workshop.fetcher.fetch { _ in }
        }
        try workshop.installPrograms()
        try workshop.program("apt-get", "echo 'E: Unable to locate package libyajl2' >&2; exit 100")
        await #expect(throws: XenReferenceError.unknownPackages("E: Unable to locate package libyajl2")) {
            try await workshop.fetcher.fetch { _ in }
        }
        try workshop.installPrograms()
        try workshop.program("dpkg", "mkdir -p \"$3/boot\"")
        await #expect(throws: XenReferenceError.self) { try await workshop.fetcher.fetch { _ in } }
    }
}
