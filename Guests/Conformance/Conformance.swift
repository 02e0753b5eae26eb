// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The conformance suite: what a domain may rely on, one function for each subject. The assembly calls it.
@c(guest_main)
public func conformance(_ startInfo: UInt64) {
    let suite = Suite.run(in: Guest(startInfo: startInfo)) { suite in
        callingConvention(&suite)
        hypercallPage(&suite)
        cpuid(&suite)
        cpuidFeatures(&suite)
        xenVersion(&suite)
        eventChannels(&suite)
        memory(&suite)
        hvmOperation(&suite)
        schedulerOperation(&suite)
        watchdogs(&suite)
        timer(&suite)
        clock(&suite)
        consoleIO(&suite)
        vmAssist(&suite)
        grantTable(&suite)
        grantSetup(&suite)
        grantMap(&suite)
        grantCopy(&suite)
        grantArguments(&suite)
        multicall(&suite)
        controlOperations(&suite)
        machine(&suite)
        compatibilityMode(&suite)
        compatibilityMulticall(&suite)
        unmappedArguments(&suite)
        userPages(&suite)
        otherDomains(&suite)
        xenstore(&suite)
        vcpuArguments(&suite)
        vcpuOperation(&suite)
        upcallVector(&suite)
        eventQueues(&suite)
        eventChannelResets(&suite)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

private func eventChannels(_ suite: inout Suite) {
    eventChannelAllocation(&suite)
    eventChannelClose(&suite)
    eventChannelReset(&suite)
    eventChannelInterdomain(&suite)
    eventChannelVirtualInterrupts(&suite)
    eventChannelVCPUs(&suite)
    eventChannelStatus(&suite)
    eventChannelSend(&suite)
    eventChannelUnmask(&suite)
    eventCallback(&suite)
    physicalInterrupts(&suite)
    eventChannelLimit(&suite)
}

private func memory(_ suite: inout Suite) {
    physicalMap(&suite)
    reservations(&suite)
    memoryMap(&suite)
    setMemoryMap(&suite)
    memoryRefusals(&suite)
    addingToPhysicalMap(&suite)
}

private func machine(_ suite: inout Suite) {
    unbackedMemory(&suite)
    instructions(&suite)
    portStrings(&suite)
    controlRegisters(&suite)
    modelSpecificRegisters(&suite)
    memoryTypes(&suite)
    localAPICPage(&suite)
    localAPICTimer(&suite)
    localAPIC(&suite)
}
