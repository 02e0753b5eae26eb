// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct EventChannelLayoutTests {
    @Test("BindInterdomain lies as struct evtchn_bind_interdomain does")
    func bindInterdomain() {
        expectLayout(
            of: EventChannelOperation.BindInterdomain.self, size: 12,
            offsets: [(\.remoteDomain, 0), (\.remotePort, 4), (\.localPort, 8)])
    }

    @Test("BindVIRQ lies as struct evtchn_bind_virq does")
    func bindVIRQ() {
        expectLayout(
            of: EventChannelOperation.BindVIRQ.self, size: 12,
            offsets: [(\.virtualInterrupt, 0), (\.vcpu, 4), (\.port, 8)])
    }

    @Test("BindPIRQ lies as struct evtchn_bind_pirq does")
    func bindPIRQ() {
        expectLayout(
            of: EventChannelOperation.BindPIRQ.self, size: 12,
            offsets: [(\.physicalInterrupt, 0), (\.flags, 4), (\.port, 8)])
    }

    @Test("Close lies as struct evtchn_close does")
    func close() {
        expectLayout(of: EventChannelOperation.Close.self, size: 4, offsets: [(\.port, 0)])
    }

    @Test("Send lies as struct evtchn_send does")
    func send() {
        expectLayout(of: EventChannelOperation.Send.self, size: 4, offsets: [(\.port, 0)])
    }

    @Test("Status lies as struct evtchn_status does")
    func status() {
        expectLayout(
            of: EventChannelOperation.Status.self, size: 24,
            offsets: [(\.domain, 0), (\.port, 4), (\.state, 8), (\.vcpu, 12), (\.detail, 16), (\.remotePort, 20)])
    }

    @Test("AllocateUnbound lies as struct evtchn_alloc_unbound does")
    func allocateUnbound() {
        expectLayout(
            of: EventChannelOperation.AllocateUnbound.self, size: 8,
            offsets: [(\.domain, 0), (\.remoteDomain, 2), (\.port, 4)])
    }

    @Test("BindIPI lies as struct evtchn_bind_ipi does")
    func bindIPI() {
        expectLayout(of: EventChannelOperation.BindIPI.self, size: 8, offsets: [(\.vcpu, 0), (\.port, 4)])
    }

    @Test("BindVCPU lies as struct evtchn_bind_vcpu does")
    func bindVCPU() {
        expectLayout(of: EventChannelOperation.BindVCPU.self, size: 8, offsets: [(\.port, 0), (\.vcpu, 4)])
    }

    @Test("Unmask lies as struct evtchn_unmask does")
    func unmask() {
        expectLayout(of: EventChannelOperation.Unmask.self, size: 4, offsets: [(\.port, 0)])
    }

    @Test("Reset lies as struct evtchn_reset does")
    func reset() {
        expectLayout(of: EventChannelOperation.Reset.self, size: 2, offsets: [(\.domain, 0)])
    }

    @Test("InitializeControl lies as struct evtchn_init_control does")
    func initializeControl() {
        expectLayout(
            of: EventChannelOperation.InitializeControl.self, size: 24,
            offsets: [(\.controlFrame, 0), (\.offset, 8), (\.vcpu, 12), (\.linkBits, 16)])
    }

    @Test("ExpandArray lies as struct evtchn_expand_array does")
    func expandArray() {
        expectLayout(of: EventChannelOperation.ExpandArray.self, size: 8, offsets: [(\.arrayFrame, 0)])
    }

    @Test("SetPriority lies as struct evtchn_set_priority does")
    func setPriority() {
        expectLayout(of: EventChannelOperation.SetPriority.self, size: 8, offsets: [(\.port, 0), (\.priority, 4)])
    }
}
