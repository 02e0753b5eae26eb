// SPDX-License-Identifier: MIT
import XenInterface

/// Every hypercall that there is, with each of its answers: the source of the pages in Documentation/Hypercalls, and the measure
/// of what the conformance suite covers.
public enum HypercallCatalogue {
    /// In the order of their numbers.
    public static let all: [CataloguedHypercall] =
        ([
            memoryOperation, multicall, setTimerOperation, xenVersion, consoleIO, grantTableOperation, vmAssist,
            vcpuOperation, mmuExtendedOperation, schedulerOperation, eventChannelOperation, hvmOperation,
            performanceMonitorOperation, deviceModelOperation, hypervisorFileSystemOperation,
        ] + controlOperations + notImplemented).sorted { $0.number.rawValue < $1.number.rawValue }

    /// The hypercall of a number; nil for a number that Xen has never given away.
    static func hypercall(_ number: UInt32) -> CataloguedHypercall? { all.first { $0.number.rawValue == number } }
}
