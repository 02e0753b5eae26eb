// SPDX-License-Identifier: MIT

/// What `memory_op` does, in bits 5...0 of its first argument (`XENMEM_*`, Xen public header `memory.h`).
///
/// The bits above tell a preempted call where to go on.
public enum MemoryOperation: UInt32, CaseIterable, Sendable {
    /// Asks for memory without a place in the guest's address space.
    case increaseReservation = 0
    /// Gives frames back. Answers how many were given.
    case decreaseReservation = 1
    /// Answers the highest machine frame.
    case maximumRAMPage = 2
    /// Answers how many frames a domain has.
    case currentReservation = 3
    /// Answers how many frames a domain may have.
    case maximumReservation = 4
    /// PV only.
    case machineToPhysicalList = 5
    /// Puts new, zeroed frames at given places. Answers how many were placed.
    case populatePhysicalMap = 6
    /// Puts a special page at a given place.
    case addToPhysicalMap = 7
    /// Tells the memory map that the domain was built with.
    case memoryMap = 9
    /// The machine's own memory map, for the control domain.
    case machineMemoryMap = 10
    /// Trades frames for others.
    case exchange = 11
    /// PV only.
    case machineToPhysicalMapping = 12
    /// Replaces the memory map that `memoryMap` tells.
    case setMemoryMap = 13
    /// Answers the highest frame number that a domain has used.
    case maximumGuestFrame = 14
    /// Takes the page at a given place away.
    case removeFromPhysicalMap = 15
    /// Populate on demand, for the control domain.
    case setPopulateOnDemandTarget = 16
    /// Populate on demand, for the control domain.
    case getPopulateOnDemandTarget = 17
    /// How many pages memory sharing has saved.
    case sharingFreedPages = 18
    /// How many pages are shared.
    case sharingSharedPages = 19
    /// Memory paging, for the control domain.
    case pagingOperation = 20
    /// Memory access rights, for the control domain.
    case accessOperation = 21
    /// Memory sharing, for the control domain.
    case sharingOperation = 22
    /// `addToPhysicalMap` for a list of places.
    case addToPhysicalMapBatch = 23
    /// Reserves memory for a domain to be built.
    case claimPages = 24
    /// PV only.
    case machineToPhysicalCompatList = 25
    /// The domain's virtual NUMA layout.
    case getVirtualNUMAInformation = 26
    /// Memory that devices reserve, for the control domain.
    case reservedDeviceMemoryMap = 27
    /// Maps a resource of another domain, for the control domain.
    case acquireResource = 28
}

/// Where `MemoryOperation.addToPhysicalMap` takes a page from (`XENMAPSPACE_*`).
public enum PhysicalMapSpace: UInt32, CaseIterable, Sendable {
    /// The shared info page; its only index is 0.
    case sharedInfo = 0
    /// A frame of the grant table; with bit 31 of the index a status frame.
    case grantTable = 1
    /// Another frame of the domain itself.
    case guestFrame = 2
    /// A range of frames of the domain itself.
    case guestFrameRange = 3
    /// A frame of another domain; only in a batch.
    case foreignFrame = 4
    /// Memory of a device; not on x86.
    case deviceMemory = 5
}
