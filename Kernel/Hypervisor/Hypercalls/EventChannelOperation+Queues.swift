// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `EVTCHNOP_init_control`: the place of a virtual CPU's control block. With the first one the domain changes from two levels
    /// of bits to queues; events that are pending then wait for their words.
    func initializeControl(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(EventChannelOperation.InitializeControl.self, at: pointer)
        let domain = call.domain
        guard let vcpu = domain.vcpu(arguments.vcpu) else { throw .noSuchEntry }
        guard arguments.offset <= UInt32(frameSize) - EventQueues.controlSize, arguments.offset & 7 == 0,
            !vcpu.hasEventQueues
        else { throw .invalidArgument }
        let held = try domain.hold(arguments.controlFrame)
        if !domain.usesEventQueues { try domain.beginEventQueues() }
        vcpu.eventQueues = EventQueues(consume held, offset: arguments.offset)
        arguments.linkBits = EventWord.linkBits
        try call.write(arguments, at: pointer)
    }

    /// `EVTCHNOP_expand_array`: a page for 1024 more words.
    func expandArray(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(EventChannelOperation.ExpandArray.self, at: pointer)
        let domain = call.domain
        guard domain.usesEventQueues else { throw .notSupported }
        let start = domain.eventArray?.end ?? 0
        guard start < EventArray.portLimit else { throw .noSpace }
        let held = try domain.hold(arguments.arrayFrame)
        try domain.eventArray?.add(held.frame)
        domain.raiseWaitingEvents(from: start)
    }

    /// `EVTCHNOP_set_priority`: in which queue the events of a port go from now on.
    func setPriority(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(EventChannelOperation.SetPriority.self, at: pointer)
        let port = arguments.port.rawValue
        guard port < call.domain.eventChannels.end else { throw .invalidArgument }
        guard call.domain.usesEventQueues else { throw .notImplemented }
        guard arguments.priority <= EventQueues.lowestPriority else { throw .invalidArgument }
        guard var channel = call.domain.eventChannels[port] else { return }
        channel.priority = UInt8(truncatingIfNeeded: arguments.priority)
        call.domain.eventChannels.set(port, to: channel)
    }
}

extension Domain {
    /// Changes from two levels of bits to queues.
    fileprivate func beginEventQueues() throws(XenError) {
        guard let array = EventArray(on: physicalMap.account) else { throw .outOfMemory }
        for port in 1..<max(eventChannels.end, 1) where port < sharedInfo.portLimit {
            guard var channel = eventChannels[port] else { continue }
            channel.isWaiting = sharedInfo.isPending(port)
            channel.priority = EventQueues.defaultPriority
            eventChannels.set(port, to: channel)
        }
        eventArray = consume array
        eventArrayIsThere = true
    }

    /// Changes back to two levels of bits, when all ports are closed.
    func endEventQueues() {
        eventArray = nil
        eventArrayIsThere = false
        for vcpu in vcpus { vcpu.eventQueues = nil }
    }
}
