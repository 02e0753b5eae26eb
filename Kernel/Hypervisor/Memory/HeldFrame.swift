// SPDX-License-Identifier: MIT
import Architecture

/// A frame that somebody else owns and whoever holds this value uses: it stays until the value goes, even if its owner frees it.
struct HeldFrame: ~Copyable {
    /// Which frame it is.
    let frame: HostFrame
    private let account: FrameAccount

    /// Holds a frame of the domain that has an account. Nil when there is no memory to note it.
    init?(_ frame: HostFrame, on account: FrameAccount) {
        guard account.hold(frame) else { return nil }
        self.frame = frame
        self.account = account
    }

    deinit {
        account.letGo(of: frame)
    }

    /// The address of its first byte.
    var address: HostPhysicalAddress { frame.address }
}
