// SPDX-License-Identifier: MIT

/// What `vm_assist` does, in its first argument (`VMASST_CMD_*`, Xen public header `xen.h`).
public enum VMAssist: UInt32, CaseIterable, Sendable {
    /// Turns an assist on.
    case enable = 0
    /// Turns it off.
    case disable = 1
}

/// The assist, in the second argument (`VMASST_TYPE_*`).
public enum VMAssistKind: UInt32, CaseIterable, Sendable {
    /// PV only.
    case fourGigabyteSegments = 0
    /// PV only.
    case fourGigabyteSegmentsNotify = 1
    /// PV only.
    case writablePageTables = 2
    /// PV only.
    case extendedCR3 = 3
    /// PV only.
    case architecturalIOPL = 4
    /// Marks a runstate area while it is being written, see `RunstateInfo.updateFlag`.
    case runstateUpdateFlag = 5
    /// PV only.
    case strictMachineToPhysical = 32
}
