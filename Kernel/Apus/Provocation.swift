// SPDX-License-Identifier: MIT
import CPU
import Diagnostics
import Hypervisor
import Locking
import Machine

extension Options.Provocation {
    /// Commits the fault. It must end in a report: coming back means that the protection does not work.
    @inline(never)
    func commit() -> Never {
        switch self {
        case .nullRead: _ = cpu_load64(8)
        case .codeWrite: cpu_store64(kernel_layout.text_start, 0)
        case .dataExecute: cpu_call(kernel_layout.global_descriptors)
        case .stackOverflow: _ = descend(1)
        case .lockOrder: takeLocksInWrongOrder()
        }
        Log.write("FATAL the provoked fault was not caught")
        Shutdown.hypervisorFailed.perform()
    }
}

/// A processor that wants the frames while it holds the log.
@inline(never)
private func takeLocksInWrongOrder() {
    let frames = SpinLock(.frames)
    let log = SpinLock(.log)
    frames.checkOrder()
    log.checkOrder()
    log.withLock { frames.withLock {} }
}

/// Calls itself until the stack is used up.
@inline(never)
private func descend(_ depth: UInt64) -> UInt64 {
    depth == .max ? 0 : descend(depth &+ 1) &+ cpu_read_frame_pointer()
}
