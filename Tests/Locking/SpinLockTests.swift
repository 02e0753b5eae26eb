// SPDX-License-Identifier: MIT
import Foundation
import Locking
import Testing

struct SpinLockTests {
    /// Something that threads share.
    private final class Shared: @unchecked Sendable {
        let lock = SpinLock(.log)
        var count = 0

        var isHeld: Bool { lock.isHeld }
        func tryAcquire() -> Bool { lock.tryAcquire() }
    }

    @Test("what several threads do under the lock happens once each")
    func exclusion() {
        let shared = Shared()
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<20_000 { shared.lock.withLock { shared.count += 1 } }
        }
        #expect(shared.count == 80_000)
        #expect(!shared.isHeld)
    }

    @Test("a lock that is held is not had by trying, and one that is free is")
    func attempt() {
        let shared = Shared()
        #expect(shared.tryAcquire())
        #expect(shared.isHeld)
        #expect(!shared.tryAcquire())
        shared.lock.release()
        #expect(!shared.isHeld)
        #expect(shared.tryAcquire())
        shared.lock.release()
    }

    @Test("an attempt that fails changes nothing: the lock goes on as if nobody had asked")
    func failedAttempt() {
        let shared = Shared()
        shared.lock.acquire()
        for _ in 0..<10 { #expect(!shared.tryAcquire()) }
        shared.lock.release()
        shared.lock.acquire()
        shared.lock.release()
        #expect(!shared.isHeld)
    }

    @Test("a body that throws lets go of the lock")
    func failure() {
        struct Failure: Error {}
        let shared = Shared()
        #expect(throws: Failure.self) { try shared.lock.withLock { () throws(Failure) in throw Failure() } }
        #expect(!shared.isHeld)
    }
}
