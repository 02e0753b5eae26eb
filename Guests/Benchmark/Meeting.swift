// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// An event channel between the two domains of the benchmark. Both sides keep their port masked, and poll it.
struct Meeting {
    /// The domain at the other end.
    let peer: DomainIdentifier
    private let port: EventChannelPort
    private let sharedInfo: SharedInfo
    private let hypercalls: Hypercalls

    /// Sets a port aside for the other domain.
    init?(offering peer: DomainIdentifier, _ guest: Guest) {
        var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: peer)
        guard guest.hypercalls.eventChannel(.allocateUnbound, &call) == 0 else { return nil }
        self.init(peer, call.port, guest)
    }

    /// Connects to the port that the other domain has set aside, as soon as it has: one of its first.
    init(connectingTo peer: DomainIdentifier, _ guest: Guest) {
        while true {
            for number in 1...8 as ClosedRange<UInt32> {
                var call = EventChannelOperation.BindInterdomain(
                    remoteDomain: peer, remotePort: EventChannelPort(rawValue: number))
                if guest.hypercalls.eventChannel(.bindInterdomain, &call) == 0 {
                    self.init(peer, call.localPort, guest)
                    return
                }
            }
            guest.hypercalls.yield()
        }
    }

    private init(_ peer: DomainIdentifier, _ port: EventChannelPort, _ guest: Guest) {
        self.peer = peer
        self.port = port
        sharedInfo = guest.sharedInfo
        hypercalls = guest.hypercalls
        // Whoever connects is told of an event at once.
        sharedInfo.clearPending(port)
    }

    /// Raises an event at the other end.
    func send() { hypercalls.send(port) }

    /// Waits for one at this end, and takes it away.
    func wait() {
        var number = port.rawValue
        while !sharedInfo.isPending(port) {
            let hypercalls = hypercalls
            _ = Memory.withAddress(of: &number) { ports in
                var call = SchedulerOperation.Poll(ports: ports, portCount: 1, timeout: 0)
                return hypercalls.scheduler(.poll, &call)
            }
        }
        sharedInfo.clearPending(port)
    }
}
