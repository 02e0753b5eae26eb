// SPDX-License-Identifier: MIT
import XenInterface

/// The FIFO ABI of event channels: an event that is pending is put into a queue of the virtual CPU that is to be told, and the
/// guest takes it out. (Xen public header `event_channel.h`)
extension Domain {
    /// Notes an event in its word, and puts it into a queue unless it is masked, or in one already.
    func queueEvent(_ port: UInt32, _ channel: EventChannel) {
        guard let word = eventArray?.word(port) else {
            var waiting = channel
            waiting.isWaiting = true
            return eventChannels.set(port, to: waiting)
        }
        let wasPending = word.testAndSet(EventWord.pending)
        if !word.isSet(EventWord.masked), !word.isSet(EventWord.linked) { link(port, channel, word) }
        if !wasPending { wakePollers(of: port) }
    }

    private func link(_ port: UInt32, _ channel: EventChannel, _ word: EventWord) {
        // Without queues the guest may not unmask an event: it is lost.
        guard let vcpu = vcpu(channel.vcpu), vcpu.hasEventQueues, !word.testAndSet(EventWord.linked) else { return }
        noteQueue(of: port, channel, vcpu)
        let priority = channel.priority
        let tail = vcpu.eventQueues?.tails[Int(priority)] ?? 0
        let isLinked = tail != 0 && eventArray?.word(tail)?.setLink(to: port) == true
        if !isLinked { vcpu.eventQueues?.setHead(of: priority, to: port) }
        vcpu.eventQueues?.tails[Int(priority)] = port
        if !isLinked, vcpu.eventQueues?.markReady(priority) == false { vcpu.notify() }
    }

    /// An event that was the last one of another queue has left that one empty: nothing may be linked to it there.
    private func noteQueue(of port: UInt32, _ channel: EventChannel, _ vcpu: VirtualCPU) {
        let last = Int(channel.lastPriority & 15)
        if let old = self.vcpu(UInt32(channel.lastVCPU)), old.eventQueues?.tails[last] == port {
            old.eventQueues?.tails[last] = 0
        }
        guard channel.lastPriority != channel.priority || UInt32(channel.lastVCPU) != vcpu.identifier else { return }
        var moved = channel
        moved.lastPriority = channel.priority
        moved.lastVCPU = UInt16(truncatingIfNeeded: vcpu.identifier)
        eventChannels.set(port, to: moved)
    }

    /// Clears the mask; an event that is pending goes into its queue.
    func unmaskQueuedEvent(_ port: UInt32) {
        guard let word = eventArray?.word(port) else { return }
        _ = word.testAndClear(EventWord.masked)
        if word.isSet(EventWord.pending), let channel = eventChannels[port] { queueEvent(port, channel) }
    }

    /// Whether an event is pending on a port.
    func isQueuedEventPending(_ port: UInt32) -> Bool { eventArray?.word(port)?.isSet(EventWord.pending) == true }

    /// Whether a port is in a queue: it cannot be used for something else before the guest has taken it out.
    func isEventQueued(_ port: UInt32) -> Bool { eventArray?.word(port)?.isSet(EventWord.linked) == true }

    /// Forgets an event that is pending on a port.
    func clearQueuedEvent(_ port: UInt32) {
        if let word = eventArray?.word(port) { _ = word.testAndClear(EventWord.pending) }
        if var channel = eventChannels[port], channel.isWaiting {
            channel.isWaiting = false
            eventChannels.set(port, to: channel)
        }
    }

    /// Raises the events that have waited for words in a page that is there now.
    func raiseWaitingEvents(from start: UInt32) {
        for port in start..<min(start &+ EventArray.wordsPerPage, max(eventChannels.end, start)) {
            guard var channel = eventChannels[port], channel.isWaiting else { continue }
            channel.isWaiting = false
            eventChannels.set(port, to: channel)
            queueEvent(port, channel)
        }
    }
}
