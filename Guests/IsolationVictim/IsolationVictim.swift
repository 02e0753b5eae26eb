// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Fills its free memory with a marker, waits while the other domain looks for it, and sees that it is still there.
/// The assembly calls it.
@c(guest_main)
public func isolationVictim(_ startInfo: UInt64) {
    let guest = Guest(startInfo: startInfo)
    let pages = guest.freePages
    for page in stride(from: pages.lowerBound, to: pages.upperBound, by: Int(Memory.pageSize)) {
        Marker.write(at: page)
    }
    let suite = Suite.run(in: guest) { suite in
        suite.test("isolation-victim: its memory is as it left it") { test in
            let end = test.guest.now &+ 3_000_000_000
            while test.guest.now < end { test.hypercalls.yield() }
            for page in stride(from: pages.lowerBound, to: pages.upperBound, by: Int(Memory.pageSize)) {
                test.expect(Marker.isPresent(at: page))
            }
        }
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

extension Guest {
    /// What lies between the image and the end of memory, less the last MiB, where the start info may be.
    fileprivate var freePages: Range<UInt64> {
        let start = (imageEnd &+ 0xFFF) & ~0xFFF
        return start..<max(start, memoryEnd &- (1 << 20))
    }
}
