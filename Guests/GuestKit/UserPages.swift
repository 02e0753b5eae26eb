// SPDX-License-Identifier: MIT
import Instructions

/// Pages of user mode, as SMAP sees them.
public enum UserPages {
    /// Lets the kernel access them: STAC.
    public static func allow() { guest_set_access_flag() }
    /// Keeps it from them again: CLAC.
    public static func forbid() { guest_clear_access_flag() }
}
