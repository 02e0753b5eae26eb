// SPDX-License-Identifier: MIT
import Architecture
import Locking
import XenInterface

/// The operations that open a port.
extension VirtualMachineMonitor {
    /// How many physical interrupts a domain can name, as on a Xen of a usual machine.
    private var physicalInterruptLimit: UInt32 { 56 }

    /// `EVTCHNOP_alloc_unbound`: a port for another domain to bind to.
    func allocateUnbound(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.AllocateUnbound.self, at: pointer)
        try requireOwn(arguments.domain, call)
        let remote = arguments.remoteDomain == .caller ? call.domain.identifier : arguments.remoteDomain
        let port = try call.domain.openEventChannel(.unbound(for: remote))
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    /// `EVTCHNOP_bind_interdomain`: binds a new port to one that another domain has left open for this one. An event may have been sent before, so one is
    /// raised at once.
    func bindInterdomain(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindInterdomain.self, at: pointer)
        let local = call.domain
        guard let remote = domain(arguments.remoteDomain, for: local) else { throw .noSuchProcess }
        let port = try withBoth(local, remote) { () throws(XenError) in
            try bind(local, to: arguments.remotePort.rawValue, of: remote)
        }
        arguments.localPort = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    /// Opens a port and binds it to one of another domain's. The locks of both are held.
    private func bind(_ local: Domain, to remotePort: UInt32, of remote: Domain) throws(XenError) -> UInt32 {
        guard var remoteChannel = remote.eventChannels[remotePort], remoteChannel.kind == .unbound,
            remoteChannel.remoteDomain == local.identifier
        else { throw .invalidArgument }
        let port = try local.openEventChannel(.interdomain(remote.identifier, port: remotePort))
        remoteChannel.kind = .interdomain
        remoteChannel.detail = port
        remote.eventChannels.set(remotePort, to: remoteChannel)
        local.raiseEvent(port)
        return port
    }

    /// Holds the locks of two domains, that of the lower number first, so that no two processors wait for each other. The caller's own is
    /// given up for that: `body` must look at everything itself.
    private func withBoth<Result>(
        _ own: Domain, _ other: Domain, _ body: () throws(XenError) -> Result
    ) throws(XenError) -> Result {
        guard own !== other else { return try body() }
        settle(own)
        own.lock.release()
        let isFirst = own.identifier.rawValue < other.identifier.rawValue
        let (first, second) = isFirst ? (own, other) : (other, own)
        first.lock.acquire()
        second.lock.acquireSecond()
        defer { other.lock.release() }
        return try body()
    }

    /// `EVTCHNOP_bind_virq`: a port for a virtual interrupt of a virtual CPU, or of the domain.
    func bindVirtualInterrupt(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindVIRQ.self, at: pointer)
        guard arguments.virtualInterrupt < 24 else { throw .invalidArgument }
        let isGlobal = !VirtualInterrupt.isPerVCPU(arguments.virtualInterrupt)
        if isGlobal && arguments.vcpu != 0 { throw .invalidArgument }
        guard let vcpu = call.domain.vcpu(arguments.vcpu) else { throw .noSuchEntry }
        let number = Int(arguments.virtualInterrupt)
        guard vcpu.virtualInterruptPorts[number] == 0 else { throw .alreadyExists }
        let channel = EventChannel.virtualInterrupt(arguments.virtualInterrupt, vcpu: arguments.vcpu)
        let port = try call.domain.openEventChannel(channel)
        vcpu.virtualInterruptPorts[number] = port
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    /// `EVTCHNOP_bind_ipi`: a port by which a virtual CPU is interrupted by the others.
    func bindInterprocessor(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindIPI.self, at: pointer)
        guard call.domain.vcpu(arguments.vcpu) != nil else { throw .noSuchEntry }
        let port = try call.domain.openEventChannel(.interprocessor(vcpu: arguments.vcpu))
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    /// `EVTCHNOP_bind_pirq`: a guest without devices may bind a physical interrupt, and none will ever come.
    func bindPhysicalInterrupt(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindPIRQ.self, at: pointer)
        guard arguments.physicalInterrupt < physicalInterruptLimit else { throw .invalidArgument }
        let bit: UInt64 = 1 &<< UInt64(arguments.physicalInterrupt)
        guard call.domain.physicalInterrupts & bit == 0 else { throw .alreadyExists }
        let port = try call.domain.openEventChannel(.physicalInterrupt(arguments.physicalInterrupt))
        call.domain.physicalInterrupts |= bit
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }
}

extension VirtualInterrupt {
    /// Whether a virtual interrupt is bound for each virtual CPU by itself rather than once for the domain.
    static func isPerVCPU(_ number: UInt32) -> Bool {
        switch VirtualInterrupt(rawValue: number) {
        case .timer, .debug, .profiling, .performanceMonitor: true
        default: false
        }
    }
}
