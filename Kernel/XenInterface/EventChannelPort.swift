// SPDX-License-Identifier: MIT

/// The number of an event channel in the domain that owns it (`evtchn_port_t`, Xen public header `event_channel.h`).
public struct EventChannelPort: RawRepresentable, Hashable, GuestLayout {
    /// The number itself. Port 0 is never handed out.
    public var rawValue: UInt32 = 0

    /// Port 0: no port.
    public init() {}

    /// The port numbered `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
