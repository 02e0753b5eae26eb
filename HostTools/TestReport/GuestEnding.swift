// SPDX-License-Identifier: MIT

/// How a guest that ran tests came to its end.
public enum GuestEnding: Sendable, Equatable {
    /// The hypervisor reported the domain's end, with its reason: `poweroff`, `crash`, `destroyed: ...`.
    case ended(reason: String)
    /// The run was stopped after so many seconds while the guest was still there.
    case silent(seconds: Int)
    /// The run stopped for a reason that is not the guest's: the hypervisor or the emulator failed.
    case runStopped(reason: String)
    /// The run came to its end without a word about this guest.
    case neverStarted
}

/// What a guest is expected to do.
public enum GuestExpectation: Sendable, Equatable {
    /// It prints a KTAP report and powers off.
    case report
    /// It comes to its end for a reason that begins with this word; it prints no report.
    case ending(String)
    /// It comes to its end, for whatever reason; it prints no report.
    case anyEnding
    /// Nothing: it is there for another guest's sake.
    case nothing
}
