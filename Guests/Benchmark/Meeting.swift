// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// A way to and from another domain or virtual CPU: a port on which it raises events, and one on which its events come. Both sides
/// keep their ports masked, and poll them.
struct Meeting {
    private let outgoing: EventChannelPort
    private let incoming: EventChannelPort
    private let sharedInfo: SharedInfo
    private let hypercalls: Hypercalls

    /// A way that is there already.
    init(
        outgoing: EventChannelPort, incoming: EventChannelPort, _ sharedInfo: SharedInfo, _ hypercalls: Hypercalls
    ) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.sharedInfo = sharedInfo
        self.hypercalls = hypercalls
        // Whoever connects to a port is told of an event at once.
        sharedInfo.clearPending(incoming)
    }

    /// Sets a port aside for another domain.
    init?(offering peer: DomainIdentifier, _ guest: Guest) {
        var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: peer)
        guard guest.hypercalls.eventChannel(.allocateUnbound, &call) == 0 else { return nil }
        self.init(outgoing: call.port, incoming: call.port, guest.sharedInfo, guest.hypercalls)
    }

    /// Connects to the port that another domain has set aside, as soon as it has: one of its first.
    init(connectingTo peer: DomainIdentifier, _ guest: Guest) {
        while true {
            for number in 1...8 as ClosedRange<UInt32> {
                var call = EventChannelOperation.BindInterdomain(
                    remoteDomain: peer, remotePort: EventChannelPort(rawValue: number))
                if guest.hypercalls.eventChannel(.bindInterdomain, &call) == 0 {
                    self.init(
                        outgoing: call.localPort, incoming: call.localPort, guest.sharedInfo, guest.hypercalls)
                    return
                }
            }
            guest.hypercalls.yield()
        }
    }

    /// Raises an event at the other end.
    func send() { hypercalls.send(outgoing) }

    /// Waits for one at this end, and takes it away.
    func wait() {
        var number = incoming.rawValue
        while !sharedInfo.isPending(incoming) {
            let hypercalls = hypercalls
            _ = Memory.withAddress(of: &number) { ports in
                var call = SchedulerOperation.Poll(ports: ports, portCount: 1, timeout: 0)
                return hypercalls.scheduler(.poll, &call)
            }
        }
        sharedInfo.clearPending(incoming)
    }
}
