// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct VCPULayoutTests {
    @Test("RegisterArea lies as struct vcpu_register_runstate_memory_area does")
    func registerArea() {
        expectLayout(of: VCPUOperation.RegisterArea.self, size: 8, offsets: [(\.address, 0)])
    }

    @Test("SetPeriodicTimer lies as struct vcpu_set_periodic_timer does")
    func setPeriodicTimer() {
        expectLayout(of: VCPUOperation.SetPeriodicTimer.self, size: 8, offsets: [(\.period, 0)])
    }

    @Test("SetSingleshotTimer lies as struct vcpu_set_singleshot_timer does")
    func setSingleshotTimer() {
        expectLayout(of: VCPUOperation.SetSingleshotTimer.self, size: 16, offsets: [(\.timeout, 0), (\.flags, 8)])
        expectLayout(
            of: VCPUOperation.SetSingleshotTimer.Compat.self, size: 12, offsets: [(\.timeout, 0), (\.flags, 8)])
    }

    @Test("RegisterVCPUInfo lies as struct vcpu_register_vcpu_info does")
    func registerVCPUInfo() {
        expectLayout(
            of: VCPUOperation.RegisterVCPUInfo.self, size: 16,
            offsets: [(\.guestFrame, 0), (\.offset, 8), (\.reserved, 12)])
    }

    @Test("GetPhysicalIdentifier lies as struct vcpu_get_physid does")
    func getPhysicalIdentifier() {
        expectLayout(of: VCPUOperation.GetPhysicalIdentifier.self, size: 8, offsets: [(\.physicalIdentifier, 0)])
    }

    @Test("RunstateInfo lies as struct vcpu_runstate_info does")
    func runstateInfo() {
        expectLayout(
            of: RunstateInfo.self, size: 48,
            offsets: [
                (\.state, 0), (\.entryTime, 8), (\.runningTime, 16), (\.runnableTime, 24), (\.blockedTime, 32),
                (\.offlineTime, 40),
            ])
        expectLayout(
            of: RunstateInfo.Compat.self, size: 44,
            offsets: [
                (\.state, 0), (\.entryTime, 4), (\.runningTime, 12), (\.runnableTime, 20), (\.blockedTime, 28),
                (\.offlineTime, 36),
            ])
    }

    @Test("VCPUTimeInfo lies as struct vcpu_time_info does")
    func vcpuTimeInfo() {
        expectLayout(
            of: VCPUTimeInfo.self, size: 32,
            offsets: [
                (\.version, 0), (\.tscTimestamp, 8), (\.systemTime, 16), (\.tscToSystemMultiplier, 24),
                (\.tscShift, 28), (\.flags, 29),
            ])
    }

    @Test("VCPUContext lies as struct vcpu_hvm_context does")
    func vcpuContext() {
        expectLayout(of: VCPUContext.self, size: 8, offsets: [(\.mode, 0)])
    }

    @Test("VCPUContext64 lies as struct vcpu_hvm_x86_64 does")
    func vcpuContext64() {
        expectLayout(
            of: VCPUContext64.self, size: 120,
            offsets: [
                (\.rax, 0), (\.rcx, 8), (\.rdx, 16), (\.rbx, 24), (\.rsp, 32), (\.rbp, 40), (\.rsi, 48), (\.rdi, 56),
                (\.rip, 64), (\.rflags, 72), (\.cr0, 80), (\.cr3, 88), (\.cr4, 96), (\.efer, 104),
            ])
    }

    @Test("VCPUContext32 lies as struct vcpu_hvm_x86_32 does")
    func vcpuContext32() {
        expectLayout(
            of: VCPUContext32.self, size: 120,
            offsets: [
                (\.eax, 0), (\.ecx, 4), (\.edx, 8), (\.ebx, 12), (\.esp, 16), (\.ebp, 20), (\.esi, 24), (\.edi, 28),
                (\.eip, 32), (\.eflags, 36), (\.cr0, 40), (\.cr3, 44), (\.cr4, 48), (\.efer, 56), (\.csBase, 64),
                (\.dsBase, 68), (\.ssBase, 72), (\.esBase, 76), (\.trBase, 80), (\.csLimit, 84), (\.dsLimit, 88),
                (\.ssLimit, 92), (\.esLimit, 96), (\.trLimit, 100), (\.csAttributes, 104), (\.dsAttributes, 106),
                (\.ssAttributes, 108), (\.esAttributes, 110), (\.trAttributes, 112),
            ])
    }
}
