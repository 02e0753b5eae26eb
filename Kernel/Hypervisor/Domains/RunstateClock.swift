// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// How long a virtual CPU has spent running, ready, blocked and offline, and where the guest wants to read it. (Xen public
/// header `vcpu.h`, struct vcpu_runstate_info)
struct RunstateClock {
    /// The current state, since `info.entryTime`, and the sums up to then.
    private(set) var info = RunstateInfo()
    /// The places of the guest's copy: two, as it may lie across a page boundary. Nil when it has none.
    var area: GuestArea?

    /// An offline virtual CPU's.
    init() {
        info.state = Runstate.offline.rawValue
    }

    /// Changes the state at a system time.
    mutating func change(to state: Runstate, at now: UInt64) {
        info = current(at: now)
        info.state = state.rawValue
    }

    /// The state with the sums up to a system time.
    func current(at now: UInt64) -> RunstateInfo {
        var result = info
        let elapsed = now > info.entryTime ? now &- info.entryTime : 0
        switch Runstate(rawValue: info.state) {
        case .running: result.runningTime &+= elapsed
        case .runnable: result.runnableTime &+= elapsed
        case .blocked: result.blockedTime &+= elapsed
        case .offline, nil: result.offlineTime &+= elapsed
        }
        result.entryTime = max(now, info.entryTime)
        return result
    }
}

/// A structure of at most a page in a guest's memory that the hypervisor writes now and then: two pieces, for one that lies
/// across a page boundary. They are guest-physical, and looked up anew each time, as the guest may have given the pages away.
struct GuestArea {
    let first: GuestPhysicalAddress
    let firstCount: UInt64
    let second: GuestPhysicalAddress

    /// Writes a byte of the structure, after all that was written before, and before all that is written later.
    func exchange(_ byte: UInt8, at offset: UInt64, in map: NestedPageTables) {
        let place = offset < firstCount ? first.advanced(by: offset) : second.advanced(by: offset &- firstCount)
        if let host = map.translate(place, forWriting: true) { _ = cpu_exchange8(host.value, byte) }
    }

    /// Writes a structure there; a piece that is not the guest's memory any more is left out.
    func write<Value: BitwiseCopyable>(_ value: Value, in map: NestedPageTables) {
        let size = UInt64(MemoryLayout<Value>.size)
        // SAFETY: the bytes come from a value on the stack and go to frames that the map has looked up.
        unsafe withUnsafeBytes(of: value) { bytes in
            guard let base = bytes.baseAddress else { return }
            let count = min(firstCount, size)
            if let host = map.translate(first, forWriting: true) {
                unsafe PhysicalMemory.copy(from: base, to: host, count: count)
            }
            if count < size, let host = map.translate(second, forWriting: true) {
                unsafe PhysicalMemory.copy(from: base + Int(truncatingIfNeeded: count), to: host, count: size &- count)
            }
        }
    }
}
