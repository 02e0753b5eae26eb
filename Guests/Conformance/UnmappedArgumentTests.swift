// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Structures at addresses that the caller's page tables do not map: EFAULT, whatever the operation.
func unmappedArguments(_ suite: inout Suite) {
    unmappedMemory(&suite)
    unmappedEvents(&suite)
    unmappedParameters(&suite)
    unmappedVersions(&suite)
    unmappedGrants(&suite)
    unmappedCPUs(&suite)
}

extension Suite {
    /// A test that an operation's structure has to be mapped.
    fileprivate mutating func testUnmapped<Operation: RawRepresentable<UInt32>>(
        _ name: StaticString, _ number: HypercallNumber, _ operation: Operation
    ) {
        let operation = UInt64(operation.rawValue)
        test(name) { test in
            test.expect(test.hypercalls.call(number, operation, Nowhere.linearAddress), fails: .badAddress)
        }
    }
}

private func unmappedMemory(_ suite: inout Suite) {
    func operation(_ name: StaticString, _ operation: MemoryOperation) {
        suite.testUnmapped(name, .memoryOperation, operation)
    }
    operation("memory_op current_reservation: a pointer that leads nowhere gives EFAULT", .currentReservation)
    operation("memory_op maximum_reservation: a pointer that leads nowhere gives EFAULT", .maximumReservation)
    operation("memory_op maximum_gpfn: a pointer that leads nowhere gives EFAULT", .maximumGuestFrame)
    operation("memory_op machphys_mfn_list: a pointer that leads nowhere gives EFAULT", .machineToPhysicalList)
    operation("memory_op add_to_physmap: a pointer that leads nowhere gives EFAULT", .addToPhysicalMap)
    operation("memory_op add_to_physmap_batch: a pointer that leads nowhere gives EFAULT", .addToPhysicalMapBatch)
    operation("memory_op remove_from_physmap: a pointer that leads nowhere gives EFAULT", .removeFromPhysicalMap)
    operation("memory_op exchange: a pointer that leads nowhere gives EFAULT", .exchange)
    operation("memory_op set_memory_map: a pointer that leads nowhere gives EFAULT", .setMemoryMap)
    operation("memory_op set_pod_target: a pointer that leads nowhere gives EFAULT", .setPopulateOnDemandTarget)
    operation("memory_op get_pod_target: a pointer that leads nowhere gives EFAULT", .getPopulateOnDemandTarget)
    operation("memory_op access_op: a pointer that leads nowhere gives EFAULT", .accessOperation)
    operation("memory_op claim_pages: a pointer that leads nowhere gives EFAULT", .claimPages)
    operation("memory_op get_vnumainfo: a pointer that leads nowhere gives EFAULT", .getVirtualNUMAInformation)
    operation(
        "memory_op reserved_device_memory_map: a pointer that leads nowhere gives EFAULT", .reservedDeviceMemoryMap)
}

private func unmappedEvents(_ suite: inout Suite) {
    func operation(_ name: StaticString, _ operation: EventChannelOperation) {
        suite.testUnmapped(name, .eventChannelOperation, operation)
    }
    operation("event_channel_op bind_pirq: a pointer that leads nowhere gives EFAULT", .bindPIRQ)
    operation("event_channel_op bind_interdomain: a pointer that leads nowhere gives EFAULT", .bindInterdomain)
    operation("event_channel_op bind_vcpu: a pointer that leads nowhere gives EFAULT", .bindVCPU)
    operation("event_channel_op unmask: a pointer that leads nowhere gives EFAULT", .unmask)
    operation("event_channel_op reset: a pointer that leads nowhere gives EFAULT", .reset)
    operation("event_channel_op reset that goes on: a pointer that leads nowhere gives EFAULT", .continueReset)
    operation("event_channel_op init_control: a pointer that leads nowhere gives EFAULT", .initializeControl)
    operation("event_channel_op expand_array: a pointer that leads nowhere gives EFAULT", .expandArray)
    operation("event_channel_op set_priority: a pointer that leads nowhere gives EFAULT", .setPriority)
}

private func unmappedParameters(_ suite: inout Suite) {
    func operation(_ name: StaticString, _ operation: HVMOperation) {
        suite.testUnmapped(name, .hvmOperation, operation)
    }
    operation("hvm_op set_param: a pointer that leads nowhere gives EFAULT", .setParameter)
    operation("hvm_op get_param: a pointer that leads nowhere gives EFAULT", .getParameter)
    operation("hvm_op pagetable_dying: a pointer that leads nowhere gives EFAULT", .pageTableDying)
    operation("hvm_op get_time: a pointer that leads nowhere gives EFAULT", .getTime)
    operation("hvm_op xentrace: a pointer that leads nowhere gives EFAULT", .trace)
    operation("hvm_op get_mem_type: a pointer that leads nowhere gives EFAULT", .getMemoryKind)
    operation("hvm_op set_evtchn_upcall_vector: a pointer that leads nowhere gives EFAULT", .setEventUpcallVector)
}

private func unmappedVersions(_ suite: inout Suite) {
    func operation(_ name: StaticString, _ operation: XenVersionOperation) {
        suite.testUnmapped(name, .xenVersion, operation)
    }
    operation("xen_version compile_info: a buffer that leads nowhere gives EFAULT", .compileInformation)
    operation("xen_version capabilities: a buffer that leads nowhere gives EFAULT", .capabilities)
    operation("xen_version changeset: a buffer that leads nowhere gives EFAULT", .changeSet)
    operation("xen_version platform_parameters: a buffer that leads nowhere gives EFAULT", .platformParameters)
    operation("xen_version get_features: a buffer that leads nowhere gives EFAULT", .getFeatures)
    operation("xen_version guest_handle: a buffer that leads nowhere gives EFAULT", .guestHandle)
    operation("xen_version commandline: a buffer that leads nowhere gives EFAULT", .commandLine)
}

private func unmappedGrants(_ suite: inout Suite) {
    suite.test("grant_table_op setup_table: an element that leads nowhere gives EFAULT") { test in
        test.expect(test.unmappedElement(.setupTable), fails: .badAddress)
    }
    suite.test("grant_table_op get_version: an element that leads nowhere gives EFAULT") { test in
        test.expect(test.unmappedElement(.getVersion), fails: .badAddress)
    }
    suite.test("memory_op add_to_physmap_batch: each of its lists has to be mapped, else EFAULT") { test in
        test.withPage { test, page in
            for missing in 0..<3 {
                var call = MemoryOperation.AddToPhysicalMapBatch()
                (call.domain, call.size) = (.caller, 1)
                call.indices = missing == 0 ? Nowhere.linearAddress : page
                call.guestFrames = missing == 1 ? Nowhere.linearAddress : page &+ 8
                call.errors = missing == 2 ? Nowhere.linearAddress : page &+ 16
                // An index that the space does not have: nothing moves.
                Memory.store64(1, at: page)
                test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &call), fails: .badAddress)
            }
        }
    }
}

private func unmappedCPUs(_ suite: inout Suite) {
    suite.test("sched_op watchdog: a pointer that leads nowhere gives EFAULT") { test in
        let operation = UInt64(SchedulerOperation.watchdog.rawValue)
        test.expect(test.hypercalls.call(.schedulerOperation, operation, Nowhere.linearAddress), fails: .badAddress)
    }
    suite.test("sched_op remote_shutdown: a pointer that leads nowhere gives EFAULT") { test in
        let operation = UInt64(SchedulerOperation.remoteShutdown.rawValue)
        test.expect(test.hypercalls.call(.schedulerOperation, operation, Nowhere.linearAddress), fails: .badAddress)
    }
}

extension Test {
    fileprivate func unmappedElement(_ operation: GrantTableOperation) -> Int64 {
        hypercalls.call(.grantTableOperation, UInt64(operation.rawValue), Nowhere.linearAddress, 1)
    }
}
