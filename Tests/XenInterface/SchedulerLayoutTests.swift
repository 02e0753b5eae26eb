// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct SchedulerLayoutTests {
    @Test("Shutdown lies as struct sched_shutdown does")
    func shutdown() {
        expectLayout(of: SchedulerOperation.Shutdown.self, size: 4, offsets: [(\.reason, 0)])
    }

    @Test("Poll lies as struct sched_poll does")
    func poll() {
        expectLayout(
            of: SchedulerOperation.Poll.self, size: 24, offsets: [(\.ports, 0), (\.portCount, 8), (\.timeout, 16)])
        expectLayout(
            of: SchedulerOperation.Poll.Compat.self, size: 16,
            offsets: [(\.ports, 0), (\.portCount, 4), (\.timeout, 8)])
    }

    @Test("RemoteShutdown lies as struct sched_remote_shutdown does")
    func remoteShutdown() {
        expectLayout(of: SchedulerOperation.RemoteShutdown.self, size: 8, offsets: [(\.domain, 0), (\.reason, 4)])
    }

    @Test("Watchdog lies as struct sched_watchdog does")
    func watchdog() {
        expectLayout(of: SchedulerOperation.Watchdog.self, size: 8, offsets: [(\.identifier, 0), (\.timeout, 4)])
    }

    @Test("PinOverride lies as struct sched_pin_override does")
    func pinOverride() {
        expectLayout(of: SchedulerOperation.PinOverride.self, size: 4, offsets: [(\.physicalCPU, 0)])
    }
}
