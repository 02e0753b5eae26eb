// SPDX-License-Identifier: MIT
import CPU
import GuestKit

/// What lies where in a fuzzing guest. Up to `start` is what it needs to live: its image, its tally, and the places for arguments.
/// All memory above is ground on which everything may happen.
struct Ground: BitwiseCopyable {
    /// The first address of the ground.
    let start: UInt64
    /// Where the memory ended when the guest started.
    let end: UInt64
    /// Where the vCPUs' places for arguments begin.
    let arguments: UInt64
    /// Where the tally lies.
    let tally: UInt64
    /// Where the shared info page belongs.
    let sharedInfo: UInt64
    /// Where the first frame of the grant table belongs.
    let grantTable: UInt64
    /// How many vCPUs there are.
    let vcpuCount: UInt64

    /// The pages that a vCPU has for arguments: structures, lists of calls, arrays, and one to cross into.
    static var pagesPerVCPU: UInt64 { 4 }
    /// How many frames of the ground are used most.
    static var frameCount: UInt64 { 96 }
    /// The beginning of the linear addresses whose page tables lie on the ground.
    static var window: UInt64 { 0x80_0000_0000 }

    init(_ guest: borrowing Guest, vcpuCount: UInt64) {
        let imageEnd = (guest.imageEnd &+ 0xFFF) & ~0xFFF
        tally = imageEnd
        grantTable = imageEnd &+ 2 * Memory.pageSize
        arguments = grantTable &+ Memory.pageSize
        start = arguments &+ vcpuCount &* Ground.pagesPerVCPU &* Memory.pageSize
        end = guest.memoryEnd
        sharedInfo = guest.sharedInfo.address
        self.vcpuCount = vcpuCount
    }

    /// The first frame of the ground.
    var firstFrame: UInt64 { start >> 12 }

    /// Where a vCPU's arguments lie.
    func arguments(of vcpu: UInt64) -> UInt64 { arguments &+ vcpu &* Ground.pagesPerVCPU &* Memory.pageSize }

    /// Whether a hypercall may write at a linear address, and somewhat behind it.
    func allowsWriting(at address: UInt64) -> Bool {
        address >= arguments || address & ~0xFFF == sharedInfo
    }

    /// Lets the window's page tables be pages of the ground, which map other pages of it, themselves, and nothing. The guest never
    /// looks through the window: it only names addresses there.
    func openWindow(_ random: inout Randomness) {
        let (level3, level2, level1) = (start, start &+ Memory.pageSize, start &+ 2 * Memory.pageSize)
        Memory.store64(level3 | 3, at: cpu_read_cr3() & ~0xFFF &+ 8)
        Memory.store64(level2 | 3, at: level3)
        Memory.store64(level1 | 3, at: level2)
        Memory.store64((start &+ 0x1F_FFFF) & ~0x1F_FFFF | 0x83, at: level2 &+ 8)
        for index in 0..<512 as Range<UInt64> {
            var page = start &+ random.below(128) << 12
            if random.oneIn(8) { page = max(random.wild() & 0x000F_FFFF_FFFF_F000, start) }
            Memory.store64(page | random.below(8), at: level1 &+ index &* 8)
        }
    }
}
