// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// A reference to the VMCB of a virtual CPU, in its control frame.
@safe
struct VMCB {
    private let layout: UnsafeMutablePointer<VMCBLayout>

    /// The VMCB in a frame.
    @inline(__always)
    init(at address: HostPhysicalAddress) {
        // SAFETY: a virtual CPU's control frame is its own for as long as it exists, and is larger than the layout.
        unsafe layout = UnsafeMutablePointer(bitPattern: UInt(address.value)).unsafelyUnwrapped
    }

    /// Where it lies.
    @inline(__always)
    var address: UInt64 { unsafe UInt64(UInt(bitPattern: layout)) }

    /// The control area.
    var control: VMCBControlArea {
        // SAFETY: see `init`.
        _read { yield unsafe layout.pointee.control }
        nonmutating _modify { yield unsafe &layout.pointee.control }
    }

    /// The guest's state.
    var state: VMCBStateSaveArea {
        // SAFETY: see `init`.
        _read { yield unsafe layout.pointee.state }
        nonmutating _modify { yield unsafe &layout.pointee.state }
    }
}
