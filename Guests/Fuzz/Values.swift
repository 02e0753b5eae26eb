// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Values for the fields of structures: such as a hypercall expects, or wild ones, but none that would be the guest's own end.
struct Values {
    let ground: Ground
    let vcpu: UInt64
    /// The guest's own number, and that of the domain beside it.
    let own: UInt64
    let peer: UInt64

    /// A value for a field of `Operation.shape`.
    func value(for letter: UInt8, isWild: Bool, _ random: inout Randomness) -> UInt64 {
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "A"): return isWild ? wildPointer(&random) : array(&random)
        case UInt8(ascii: "g"), UInt8(ascii: "G"): return isWild ? wildFrame(&random) : frame(&random)
        case UInt8(ascii: "H"): return (isWild ? wildFrame(&random) : frame(&random)) &<< 12
        case UInt8(ascii: "i"), UInt8(ascii: "m"): return random.oneIn(2) ? random.below(70) : frame(&random)
        // So many frames behind the lowest ones do not reach the guest's image.
        case UInt8(ascii: "S"): return random.below(150)
        case UInt8(ascii: "l"): return 6 &+ random.below(1000)
        case UInt8(ascii: "W"): return random.oneIn(2) ? 0 : 0x4000_0000
        case UInt8(ascii: "M"): return random.below(37)
        case UInt8(ascii: "u"): return random.oneIn(4) ? random.next() &>> 32 : random.below(4)
        case UInt8(ascii: "s"), UInt8(ascii: "j"), UInt8(ascii: "z"): return isWild ? random.next() : 0
        default: return isWild ? random.wild() : number(for: letter, &random)
        }
    }

    private func number(for letter: UInt8, _ random: inout Randomness) -> UInt64 {
        switch letter {
        case UInt8(ascii: "d"): return random.oneIn(8) ? domain(&random) : 0x7FF0
        case UInt8(ascii: "e"): return domain(&random)
        case UInt8(ascii: "p"): return random.oneIn(16) ? random.below(1 << 17) : random.below(80)
        case UInt8(ascii: "v"): return random.below(ground.vcpuCount)
        case UInt8(ascii: "r"): return random.oneIn(16) ? random.below(40_000) : 8 &+ random.below(48)
        case UInt8(ascii: "h"): return random.below(64)
        case UInt8(ascii: "f"): return random.oneIn(16) ? random.next() : random.oneIn(3) ? 6 : 2
        case UInt8(ascii: "o"): return random.oneIn(4) ? random.oneIn(8) ? random.below(11) : random.below(3) : 0
        case UInt8(ascii: "c"): return 1 &+ (random.oneIn(16) ? random.below(300) : random.below(6))
        case UInt8(ascii: "n"): return random.below(6)
        case UInt8(ascii: "b"): return random.below(512) &* 8
        case UInt8(ascii: "k"), UInt8(ascii: "K"): return random.below(6)
        case UInt8(ascii: "q"): return random.below(24)
        case UInt8(ascii: "y"): return random.below(4)
        case UInt8(ascii: "w"): return random.oneIn(4) ? random.below(4097) : random.below(64)
        case UInt8(ascii: "t"): return random.oneIn(2) ? 1_000_000 &+ random.below(1 << 24) : random.next()
        default: return random.oneIn(2) ? 0 : random.below(16)
        }
    }

    /// The guest itself, its peer, or seldom somebody else.
    func domain(_ random: inout Randomness) -> UInt64 {
        switch random.below(8) {
        case 0...3: peer
        case 4, 5: own
        case 6: 0x7FF0
        default: random.below(8)
        }
    }

    /// A frame of the ground.
    func frame(_ random: inout Randomness) -> UInt64 { ground.firstFrame &+ random.below(Ground.frameCount) }

    /// A frame beyond the guest's memory, or none.
    func wildFrame(_ random: inout Randomness) -> UInt64 {
        let frame: UInt64 =
            switch random.below(6) {
            case 0: ground.end >> 12 &- 1 &- random.below(4)
            case 1: ground.end >> 12 &+ random.below(256)
            case 2: random.below(64) &<< 27 &+ random.below(4)
            case 3: 0xF_EFF0 &+ random.below(16)
            case 4: 1 &<< 36 &- random.below(4)
            default: random.wild()
            }
        return frame < ground.firstFrame ? frame &+ ground.end >> 12 : frame
    }

    /// An array in the vCPU's own place.
    func array(_ random: inout Randomness) -> UInt64 {
        ground.arguments(of: vcpu) &+ 2 * Memory.pageSize &+ random.below(16) &* 8
    }

    /// A linear address at which there may be anything or nothing.
    func wildPointer(_ random: inout Randomness) -> UInt64 {
        let pointer: UInt64 =
            switch random.below(10) {
            case 0: ground.arguments(of: random.below(ground.vcpuCount)) &+ random.below(3 * Memory.pageSize)
            case 1: ground.arguments(of: vcpu) &+ Memory.pageSize &- 1 &- random.below(32)
            case 2: frame(&random) &<< 12 &+ random.below(Memory.pageSize)
            case 3: (frame(&random) &+ 1) &<< 12 &- 1 &- random.below(32)
            case 4, 5, 6: Ground.window &+ random.below(1 << 22)
            case 7: 0x1_0000_0000 &+ random.below(1 << 30)
            case 8: UInt64.max &- random.below(64)
            default: random.wild()
            }
        return isHarmless(pointer) ? pointer : 0xF000_0000
    }

    /// Whether the hypervisor may write there, for callers of both word sizes.
    private func isHarmless(_ pointer: UInt64) -> Bool {
        if pointer >= Ground.window && pointer < Ground.window &+ 1 << 22 { return true }
        return ground.allowsWriting(at: pointer) && ground.allowsWriting(at: pointer & 0xFFFF_FFFF)
    }
}
