// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Synchronization
import XenInterface

extension VirtualCPU {
    /// Whether the guest has been told of an event and has not yet looked.
    @inline(__always)
    var isUpcallPending: Bool {
        guard let info else { return false }
        return cpu_load8(info.value) != 0
    }

    /// Notes an event on a word of the selector. The guest is told unless it has been already.
    func notify(word: UInt32) {
        guard let info else { return }
        // The selector lies behind the two flag bytes: at offset 8 for 64-bit domains, at offset 4 for 32-bit ones.
        let is64Bit = domain.sharedInfo.layout.wordSize == 8
        let selector = is64Bit ? info.advanced(by: 8) : info
        let bit = is64Bit ? UInt64(word) : UInt64(word) &+ 32
        guard !PhysicalMemory.testAndSet(bit: bit, of: selector) else { return }
        notify()
    }

    /// Sets the upcall flag and wakes the virtual CPU.
    func notify() {
        guard let info else { return }
        if cpu_exchange8(info.value, 1) == 0 { requestUpcall() }
    }

    /// Lets the guest notice the upcall flag: its own vector comes through the local APIC, once for each time the flag is set;
    /// the callback vector comes at each entry for as long as it is.
    func requestUpcall() {
        if upcallVector != 0 {
            localAPIC.accept(upcallVector)
            pending.insert(.localAPIC)
        } else {
            pending.insert([])
        }
        wake()
    }

    /// Whether the guest has set up queues of events.
    var hasEventQueues: Bool {
        switch eventQueues {
        case .some: true
        case .none: false
        }
    }

    /// Has it notice what is pending: one that waits runs again; one whose guest runs elsewhere is interrupted there.
    func wake() {
        switch activity {
        case .blocked, .polling:
            timers.poll = .max
            makeRunnable()
        case .runnable:
            attend()
        case .offline: break
        }
    }

    /// Interrupts the processor that runs the guest, if any does, so that it looks at what is pending. It marks its entry first and looks
    /// then, and whoever adds work adds it first and looks for the mark then: one of the two sees the other.
    @inline(__always)
    func attend() {
        if seat.entered.load(ordering: .sequentiallyConsistent) != 0 {
            domain.scheduler.kicks.insert(seat.holder.load(ordering: .relaxed))
        }
    }

    /// Takes the right to run from it: `activity` says why. If it has its turn, its processor ends that, and notes the run state then.
    func stop(_ activity: Activity) {
        self.activity = activity
        if runstate.info.state != Runstate.running.rawValue {
            runstate.change(to: activity.runstate, at: domain.scheduler.clock.now)
        }
        attend()
    }

    /// Lets it run, when its turn comes.
    func makeRunnable() {
        guard !domain.hasEnded else { return }
        activity = .runnable
        let scheduler = domain.scheduler
        if runstate.info.state != Runstate.running.rawValue {
            runstate.change(to: .runnable, at: scheduler.clock.now)
        }
        scheduler.wake(self)
    }

    /// Moves the `vcpu_info` structure to a place in the guest's memory. The guest is told to look at all events, as one may
    /// have come in between.
    func moveInfo(to place: HostPhysicalAddress, clock: Clock) {
        let old = info
        info = place
        if let old { PhysicalMemory.copy(from: old, to: place, count: 64) }
        let isFresh = old == nil
        if isFresh { PhysicalMemory.write(UInt64(0), at: place) }
        writeTime(clock)
        let layout = domain.sharedInfo.layout.vcpu
        let selector = place.advanced(by: UInt64(layout.pendingSelector))
        if layout.wordSize == 8 {
            PhysicalMemory.write(UInt64.max, at: selector)
        } else {
            PhysicalMemory.write(UInt32.max, at: selector)
        }
        notify()
    }

    /// Writes the scale of system time. An odd version tells readers that it is being changed.
    func writeTime(_ clock: Clock) {
        guard let info else { return }
        let place = info.advanced(by: 32)
        let version = PhysicalMemory.read(UInt32.self, at: place)
        var time = clock.timeInfo
        time.version = version | 1
        PhysicalMemory.write(time, at: place)
        PhysicalMemory.write((version | 1) &+ 1, at: place)
    }
}
