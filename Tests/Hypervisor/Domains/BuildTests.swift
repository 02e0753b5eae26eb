// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// A domain from its kernel to the first entry. (Xen `docs/misc/pvh.pandoc`; Xen public header
/// `arch-x86/hvm/start_info.h`)
@Suite(.recording)
struct BuildTests {
    let hypervisor = TestHypervisor()

    private func build(_ specification: DomainSpecification) throws -> TestGuest {
        try hypervisor.monitor.build(specification, identifier: 1)
        let domain = try #require(hypervisor.monitor.domains.first)
        return TestGuest(domain, try #require(domain.vcpus.first), hypervisor)
    }

    /// The error of a build that must fail, in words. Nothing of the domain may remain.
    private func failure(_ specification: DomainSpecification) -> String? {
        let before = hypervisor.arena.allocator.freeCount
        defer {
            #expect(hypervisor.arena.allocator.freeCount == before)
            #expect(hypervisor.monitor.domains.isEmpty)
        }
        do throws(DomainBuildError) {
            try hypervisor.monitor.build(specification, identifier: 1)
            return nil
        } catch {
            return "\(error.message)"
        }
    }

    @Test("the kernel lies where it wants to be, with zeros behind it, and all other memory is zero")
    func memory() throws {
        let code = (0..<6000).map { UInt8(truncatingIfNeeded: $0 % 251 + 1) }
        let kernel = TestKernel(address: 0x2_0800, code: code, memorySize: 0x3000)
        let guest = try build(hypervisor.specification(kernel: kernel))
        #expect(try guest.bytes(at: 0x2_0800, count: 6000) == code)
        var others: UInt64 = 0
        for address in stride(from: UInt64(0), to: 0x2_0000, by: 8) {
            others |= try guest.read(UInt64.self, at: address)
        }
        for address in stride(from: UInt64(0x2_0800 + 6000), to: 0x2_3800, by: 8) {
            others |= try guest.read(UInt64.self, at: address)
        }
        #expect(others == 0)
    }

    @Test("the first virtual CPU starts at the entry with the start information in RBX; the others wait")
    func entry() throws {
        let kernel = TestKernel(code: [UInt8](repeating: 0x90, count: 64), entryOffset: 0x20)
        let guest = try build(hypervisor.specification(kernel: kernel, vcpuCount: 3))
        #expect(guest.vcpu.activity == .runnable)
        #expect(guest.vcpu.pending.work == .startup)
        guest.enter()
        #expect(guest.control.loadedState?.instructionPointer == 0x1_0020)
        #expect(try guest.read(UInt32.self, at: guest.vcpu.registers.rbx) == 0x336E_C578)
        #expect(guest.vcpu.registers.rax == 0)
        #expect(guest.domain.vcpus.map(\.activity) == [.runnable, .offline, .offline])
        #expect(guest.domain.vcpus.map(\.identifier) == [0, 1, 2])
    }

    @Test("the start information leads to the command line, the ramdisk and the memory map")
    func startInformation() throws {
        let ramdisk = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        let guest = try build(hypervisor.specification(commandLine: "console=hvc0 quiet", ramdisk: ramdisk))
        let start = guest.vcpu.startRegisters.rbx
        #expect(try guest.read(UInt32.self, at: start + 4) == 1)
        #expect(try guest.read(UInt32.self, at: start + 8) == 0)
        #expect(try guest.read(UInt32.self, at: start + 12) == 1)
        let module = try guest.read(UInt64.self, at: start + 16)
        let place = try guest.read(UInt64.self, at: module)
        #expect(try guest.read(UInt64.self, at: module + 8) == 5000)
        #expect(try guest.bytes(at: place, count: 5000) == ramdisk)
        let line = try guest.read(UInt64.self, at: start + 24)
        #expect(try guest.bytes(at: line, count: 19) == Array("console=hvc0 quiet\0".utf8))
        let pointer = try guest.read(UInt64.self, at: start + 32)
        #expect(try guest.bytes(at: pointer, count: 8) == Array("RSD PTR ".utf8))
        #expect(try guest.read(UInt32.self, at: start + 48) == 3)
    }

    @Test("the domain has its memory, its ACPI page and its console's, and nothing else")
    func mappedFrames() throws {
        let guest = try build(hypervisor.specification())
        #expect(guest.domain.physicalMap.ramFrameCount == 257)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0xFF))?.use == .ram)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0x100))?.use == nil)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0xF_C000))?.use == .ram)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0xF_EFFF))?.use == .special)
        #expect(guest.domain.physicalMap.lookup(GuestFrame(0xF_EE00))?.use == nil)
        #expect(guest.domain.physicalMap.needsFlush == false)
    }

    @Test("large pages are used where they fit, and the memory is the same")
    func largePages() throws {
        let guest = try build(hypervisor.specification(memorySize: 5 << 20))
        #expect(guest.domain.physicalMap.ramFrameCount == 5 * 256 + 1)
        // The root, two tables of level 3, 2, and the tables of level 1 for the last MiB and the special pages.
        #expect(guest.domain.physicalMap.tableCount <= 7)
        try guest.write(UInt64(7), at: (5 << 20) - 8)
        #expect(try guest.read(UInt64.self, at: (5 << 20) - 8) == 7)
        var sum: UInt64 = 0
        for address in stride(from: UInt64(0x2_0000), to: 4 << 20, by: 64) {
            sum |= try guest.read(UInt64.self, at: address)
        }
        #expect(sum == 0)
    }

    @Test("a file that is no PVH kernel is refused with the reason, and nothing of the domain remains")
    func brokenKernels() throws {
        var kernels: [(TestKernel, String)] = [(TestKernel(hasNote: false), "PHYS32_ENTRY")]
        kernels.append((TestKernel(memorySize: 1), "larger in the file"))
        kernels.append((TestKernel(entryOffset: 0x9_0000), "outside the loadable segments"))
        for (kernel, reason) in kernels {
            #expect(try #require(failure(hypervisor.specification(kernel: kernel))).contains(reason))
        }
        var truncated = try hypervisor.specification()
        truncated.kernel = HostRange(start: truncated.kernel.start, count: 100)
        #expect(failure(truncated) != nil)
        truncated.kernel = HostRange(start: truncated.kernel.start, count: 0)
        #expect(try #require(failure(truncated)).contains("not an ELF file"))
    }

    @Test("a domain whose memory is too small for its pieces is refused with the reason")
    func tooSmall() throws {
        #expect(
            try #require(failure(hypervisor.specification(memorySize: 0x1_1000))).contains(
                "too little memory for the kernel"))
        let ramdisk = [UInt8](repeating: 1, count: 9000)
        let specification = try hypervisor.specification(memorySize: 0x1_4000, ramdisk: ramdisk)
        #expect(try #require(failure(specification)).contains("too little memory for the ramdisk"))
        for count in [0, -1, 129, Int.max] { #expect(failure(try hypervisor.specification(vcpuCount: count)) != nil) }
        #expect(failure(try hypervisor.specification(memorySize: .max)) != nil)
        #expect(failure(try hypervisor.specification(memorySize: 0)) != nil)
    }

    @Test("a domain larger than the machine is refused, and nothing of it remains")
    func largerThanMachine() throws {
        #expect(
            try #require(failure(hypervisor.specification(memorySize: 9 << 20))).contains("the machine has too little"))
        _ = try build(hypervisor.specification())
    }

    @Test("wherever memory runs out while a domain is built, all that was taken is given back")
    func outOfMemoryEverywhere() throws {
        let specification = try hypervisor.specification(memorySize: 0x4_0000, vcpuCount: 2)
        let allocator = hypervisor.arena.allocator
        var held: [HostFrame] = []
        while let frame = allocator.takeFrame() { held.append(frame) }
        var needed = 0
        while hypervisor.monitor.domains.isEmpty {
            guard let frame = held.popLast() else { break }
            allocator.free(frame)
            needed += 1
            do throws(DomainBuildError) {
                try hypervisor.monitor.build(specification, identifier: 1)
            } catch {
                guard allocator.freeCount == UInt64(needed) else {
                    Issue.record("of \(needed) frames \(allocator.freeCount) came back")
                    return
                }
            }
        }
        #expect(hypervisor.monitor.domains.count == 1)
        #expect(needed > 64 + 10)
        #expect(allocator.freeCount == 0)
    }
}
