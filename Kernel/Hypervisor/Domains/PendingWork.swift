// SPDX-License-Identifier: MIT
import Synchronization

/// What must be done before a virtual CPU's guest is entered again.
struct PendingWork: OptionSet {
    let rawValue: UInt16

    /// An exception is to be injected.
    static let exception = PendingWork(rawValue: 1 << 0)
    /// A non-maskable interrupt is to be injected.
    static let nonMaskableInterrupt = PendingWork(rawValue: 1 << 1)
    /// The local APIC may have an interrupt to deliver.
    static let localAPIC = PendingWork(rawValue: 1 << 2)
    /// Interrupts wait for the guest to be able to take them.
    static let interruptWindow = PendingWork(rawValue: 1 << 3)
    /// A state of the virtual CPU has been set from outside and must be loaded into the VMCB or VMCS.
    static let startup = PendingWork(rawValue: 1 << 4)

    /// Something has been added that the processor has not looked at yet.
    static let unseen = PendingWork(rawValue: 1 << 14)
    /// It is not the virtual CPU's turn to run, or not any more.
    static let endOfTurn = PendingWork(rawValue: 1 << 15)

    /// What keeps a guest from being entered at once.
    static let urgent: PendingWork = [.unseen, .endOfTurn]
}

/// The pending work of a virtual CPU. Any processor may add to it at any time: one that finds the guest running then interrupts the
/// processor that runs it (`VirtualCPU.attend`).
struct AtomicPendingWork: ~Copyable {
    private let bits = Atomic<UInt16>(PendingWork.endOfTurn.rawValue)

    /// All of it, marks included.
    @inline(__always)
    var all: PendingWork { PendingWork(rawValue: bits.load(ordering: .sequentiallyConsistent)) }

    /// What there is to do for the guest.
    var work: PendingWork { all.subtracting(.urgent) }

    /// Whether there is nothing to do for the guest.
    var isEmpty: Bool { work.isEmpty }

    /// Whether some of this is to be done.
    @inline(__always)
    func contains(_ work: PendingWork) -> Bool { !all.isDisjoint(with: work) }

    /// Adds work, which the processor must look at before it enters the guest.
    @inline(__always)
    func insert(_ work: PendingWork) {
        _ = bits.bitwiseOr(work.union(.unseen).rawValue, ordering: .sequentiallyConsistent)
    }

    /// Notes a state that the processor knows of: a window that it has asked for.
    @inline(__always)
    func note(_ state: PendingWork) { _ = bits.bitwiseOr(state.rawValue, ordering: .sequentiallyConsistent) }

    /// Takes work away.
    @inline(__always)
    func remove(_ work: PendingWork) { _ = bits.bitwiseAnd(~work.rawValue, ordering: .sequentiallyConsistent) }
}
