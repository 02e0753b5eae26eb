// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 32, `event_channel_op`. (Xen public header `event_channel.h`)
    func eventChannelOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let pointer = call.argument2
        switch EventChannelOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .send: try send(call.read(EventChannelOperation.Send.self, at: pointer).port.rawValue, from: call.domain)
        case .allocateUnbound: try allocateUnbound(call, at: pointer)
        case .bindInterdomain: try bindInterdomain(call, at: pointer)
        case .bindVIRQ: try bindVirtualInterrupt(call, at: pointer)
        case .bindPIRQ: try bindPhysicalInterrupt(call, at: pointer)
        case .bindIPI: try bindInterprocessor(call, at: pointer)
        case .bindVCPU: try bindVirtualCPU(call, at: pointer)
        case .close: try close(call.read(EventChannelOperation.Close.self, at: pointer).port.rawValue, of: call.domain)
        case .status: try status(call, at: pointer)
        case .unmask:
            try unmask(call.read(EventChannelOperation.Unmask.self, at: pointer).port.rawValue, of: call.domain)
        case .reset: try reset(call, at: pointer, goesOn: false)
        case .continueReset: try reset(call, at: pointer, goesOn: true)
        case .initializeControl: try initializeControl(call, at: pointer)
        case .expandArray: try expandArray(call, at: pointer)
        case .setPriority: try setPriority(call, at: pointer)
        case nil: throw .notImplemented
        }
        return 0
    }

    private func send(_ port: UInt32, from domain: Domain) throws(XenError) {
        guard let channel = domain.eventChannels[port] else { throw .invalidArgument }
        switch channel.kind {
        case .interdomain:
            if port == domain.parameters.consolePort && channel.remoteDomain == .control {
                serveConsoleRing(of: domain)
            } else if port == domain.parameters.xenstorePort && channel.remoteDomain == .control {
                try serveXenstore(of: domain)
            } else {
                send(over: channel, at: port, from: domain)
            }
        case .interprocessor: domain.raiseEvent(port)
        case .unbound: break  // nobody listens
        case .closed, .physicalInterrupt, .virtualInterrupt: throw .invalidArgument
        }
    }

    /// Raises the event at the other end. That end tells whether the two still belong together: while nobody's lock was held, either
    /// may have been closed.
    private func send(over channel: EventChannel, at port: UInt32, from domain: Domain) {
        guard let remote = self.domain(channel.remoteDomain, for: domain) else { return }
        visit(remote, from: domain) {
            if remote.eventChannels[channel.detail]?.leads(to: port, of: domain) == true {
                remote.raiseEvent(channel.detail)
            }
        }
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
        guard arguments.port.rawValue < call.domain.eventChannels.end else { throw .invalidArgument }
        let channel = call.domain.eventChannels[arguments.port.rawValue] ?? EventChannel()
        arguments.state = channel.kind.rawValue
        arguments.vcpu = channel.vcpu
        switch channel.kind {
        case .unbound:
            arguments.detail = UInt32(channel.remoteDomain.rawValue)
        case .interdomain:
            arguments.detail = UInt32(channel.remoteDomain.rawValue)
            arguments.remotePort = EventChannelPort(rawValue: channel.detail)
        case .virtualInterrupt, .physicalInterrupt: arguments.detail = channel.detail
        case .closed, .interprocessor: break
        }
        try call.write(arguments, at: pointer)
    }

    /// A port that is closed may be unmasked as well, like port 0.
    private func unmask(_ port: UInt32, of domain: Domain) throws(XenError) {
        guard port < domain.eventChannels.end else { throw .invalidArgument }
        domain.unmaskEvent(port)
    }
}
