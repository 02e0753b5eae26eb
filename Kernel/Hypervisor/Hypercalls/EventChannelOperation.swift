// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 32, `event_channel_op`: the two-level ABI. (Xen public header `event_channel.h`)
    func eventChannelOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let pointer = call.argument2
        switch EventChannelOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .send: try send(call.read(EventChannelOperation.Send.self, at: pointer).port.rawValue, from: call.domain)
        case .allocateUnbound: try allocateUnbound(call, at: pointer)
        case .bindInterdomain: try bindInterdomain(call, at: pointer)
        case .bindVIRQ: try bindVirtualInterrupt(call, at: pointer)
        case .bindIPI: try bindInterprocessor(call, at: pointer)
        case .bindVCPU: try bindVirtualCPU(call, at: pointer)
        case .close: try close(call.read(EventChannelOperation.Close.self, at: pointer).port.rawValue, of: call.domain)
        case .status: try status(call, at: pointer)
        case .unmask:
            try unmask(call.read(EventChannelOperation.Unmask.self, at: pointer).port.rawValue, of: call.domain)
        case .reset: try reset(call, at: pointer)
        case .initializeControl: throw .invalidArgument  // the FIFO ABI is not offered: guests fall back to two levels
        case .bindPIRQ, .expandArray, .setPriority, nil: throw .notImplemented
        }
        return 0
    }

    private func send(_ port: UInt32, from domain: Domain) throws(XenError) {
        guard let channel = domain.eventChannels[port] else { throw .invalidArgument }
        switch channel.kind {
        case .interdomain:
            if port == domain.parameters.consolePort && channel.remoteDomain == .control {
                serveConsoleRing(of: domain)
            } else {
                self.domain(channel.remoteDomain, for: domain)?.raiseEvent(channel.detail)
            }
        case .interprocessor: domain.raiseEvent(port)
        case .unbound: break  // nobody listens
        case .closed, .physicalInterrupt, .virtualInterrupt: throw .invalidArgument
        }
    }

    private func allocateUnbound(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.AllocateUnbound.self, at: pointer)
        try requireOwn(arguments.domain, call)
        let remote = arguments.remoteDomain == .caller ? call.domain.identifier : arguments.remoteDomain
        let port = try open(.unbound(for: remote), in: call.domain)
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    /// Binds a new port to one that another domain has left open for this one. An event may have been sent before, so one is
    /// raised at once.
    private func bindInterdomain(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindInterdomain.self, at: pointer)
        let local = call.domain
        guard let remote = domain(arguments.remoteDomain, for: local) else { throw .noSuchProcess }
        let remotePort = arguments.remotePort.rawValue
        guard var remoteChannel = remote.eventChannels[remotePort], remoteChannel.kind == .unbound,
            remoteChannel.remoteDomain == local.identifier
        else { throw .invalidArgument }
        let port = try open(.interdomain(remote.identifier, port: remotePort), in: local)
        let vcpu = remoteChannel.vcpu
        remoteChannel = .interdomain(local.identifier, port: port)
        remoteChannel.vcpu = vcpu
        remote.eventChannels.set(remotePort, to: remoteChannel)
        local.raiseEvent(port)
        arguments.localPort = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    private func bindVirtualInterrupt(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindVIRQ.self, at: pointer)
        guard arguments.virtualInterrupt < 24 else { throw .invalidArgument }
        let isGlobal = !VirtualInterrupt.isPerVCPU(arguments.virtualInterrupt)
        if isGlobal && arguments.vcpu != 0 { throw .invalidArgument }
        guard call.domain.vcpu(arguments.vcpu) != nil else { throw .noSuchEntry }
        guard
            call.domain.eventChannels.port(ofVirtualInterrupt: arguments.virtualInterrupt, vcpu: arguments.vcpu) == nil
        else { throw .alreadyExists }
        let channel = EventChannel.virtualInterrupt(arguments.virtualInterrupt, vcpu: arguments.vcpu)
        arguments.port = EventChannelPort(rawValue: try open(channel, in: call.domain))
        try call.write(arguments, at: pointer)
    }

    private func bindInterprocessor(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.BindIPI.self, at: pointer)
        guard call.domain.vcpu(arguments.vcpu) != nil else { throw .noSuchEntry }
        let port = try open(.interprocessor(vcpu: arguments.vcpu), in: call.domain)
        arguments.port = EventChannelPort(rawValue: port)
        try call.write(arguments, at: pointer)
    }

    private func bindVirtualCPU(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(EventChannelOperation.BindVCPU.self, at: pointer)
        let port = arguments.port.rawValue
        guard call.domain.vcpu(arguments.vcpu) != nil else { throw .noSuchEntry }
        guard var channel = call.domain.eventChannels[port] else { throw .invalidArgument }
        switch channel.kind {
        case .unbound, .interdomain: channel.vcpu = arguments.vcpu
        case .virtualInterrupt where !VirtualInterrupt.isPerVCPU(channel.detail):
            channel.vcpu = arguments.vcpu
        default: throw .invalidArgument
        }
        call.domain.eventChannels.set(port, to: channel)
    }

    private func status(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.Status.self, at: pointer)
        try requireOwn(arguments.domain, call)
        guard arguments.port.rawValue < call.domain.sharedInfo.portLimit else { throw .invalidArgument }
        let channel = call.domain.eventChannels[arguments.port.rawValue] ?? EventChannel()
        arguments.state = channel.kind.rawValue
        arguments.vcpu = channel.vcpu
        switch channel.kind {
        case .unbound:
            arguments.detail = UInt32(channel.remoteDomain.rawValue)
        case .interdomain:
            arguments.detail = UInt32(channel.remoteDomain.rawValue)
            arguments.remotePort = EventChannelPort(rawValue: channel.detail)
        case .virtualInterrupt: arguments.detail = channel.detail
        case .closed, .physicalInterrupt, .interprocessor: break
        }
        try call.write(arguments, at: pointer)
    }

    private func unmask(_ port: UInt32, of domain: Domain) throws(XenError) {
        guard domain.eventChannels[port] != nil else { throw .invalidArgument }
        domain.unmaskEvent(port)
    }

    /// Opens a port that is not pending.
    private func open(_ channel: EventChannel, in domain: Domain) throws(XenError) -> UInt32 {
        let port = try domain.eventChannels.open(channel, limit: domain.sharedInfo.portLimit)
        domain.sharedInfo.clearPending(port)
        return port
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
