// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct HVMLayoutTests {
    @Test("Parameter lies as struct xen_hvm_param does")
    func parameter() {
        expectLayout(of: HVMOperation.Parameter.self, size: 16, offsets: [(\.domain, 0), (\.index, 4), (\.value, 8)])
    }

    @Test("PageTableDying lies as struct xen_hvm_pagetable_dying does")
    func pageTableDying() {
        expectLayout(of: HVMOperation.PageTableDying.self, size: 16, offsets: [(\.domain, 0), (\.address, 8)])
    }

    @Test("GetTime lies as struct xen_hvm_get_time does")
    func getTime() {
        expectLayout(of: HVMOperation.GetTime.self, size: 8, offsets: [(\.now, 0)])
    }

    @Test("GetMemoryKind lies as struct xen_hvm_get_mem_type does")
    func getMemoryKind() {
        expectLayout(
            of: HVMOperation.GetMemoryKind.self, size: 16, offsets: [(\.domain, 0), (\.kind, 2), (\.guestFrame, 8)])
    }

    @Test("SetEventUpcallVector lies as struct xen_hvm_evtchn_upcall_vector does")
    func setEventUpcallVector() {
        expectLayout(of: HVMOperation.SetEventUpcallVector.self, size: 8, offsets: [(\.vcpu, 0), (\.vector, 4)])
    }
}
