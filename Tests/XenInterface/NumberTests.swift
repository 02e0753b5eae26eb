// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Numbers against the Xen public headers.
struct NumberTests {
    @Test(
        "Hypercalls have their numbers",
        arguments: [
            (HypercallNumber.setTrapTable, 0), (.platformOperation, 7), (.memoryOperation, 12), (.multicall, 13),
            (.setTimerOperation, 15), (.xenVersion, 17), (.consoleIO, 18), (.grantTableOperation, 20),
            (.vmAssist, 21), (.vcpuOperation, 24), (.mmuExtendedOperation, 26), (.securityOperation, 27),
            (.schedulerOperation, 29), (.callbackOperation, 30), (.eventChannelOperation, 32),
            (.physicalDeviceOperation, 33), (.hvmOperation, 34), (.systemControl, 35), (.domainControl, 36),
            (.kexecOperation, 37), (.argoOperation, 39), (.performanceMonitorOperation, 40),
            (.deviceModelOperation, 41), (.hypervisorFileSystemOperation, 42),
        ] as [(HypercallNumber, UInt32)])
    func hypercalls(number: HypercallNumber, value: UInt32) {
        #expect(number.rawValue == value)
    }

    @Test("Numbers run from 0 to 42 without a gap, 11 stands for no hypercall, and there is none from 43 on")
    func holes() {
        #expect(HypercallNumber(rawValue: 11) == .unassigned)
        #expect(HypercallNumber(rawValue: 43) == nil)
        #expect(HypercallNumber.allCases.map(\.rawValue) == Array(0...42))
    }

    @Test("An error goes into RAX negated and comes back", arguments: XenError.allCases)
    func errorsRoundTrip(error: XenError) {
        #expect(error.result == -Int64(error.rawValue))
        #expect(XenError(result: error.result) == error)
    }

    @Test("What is not an error of Xen's is none", arguments: [0, 1, -15, -4096, Int64.min, Int64.max])
    func noError(result: Int64) {
        #expect(XenError(result: result) == nil)
    }

    @Test("Errors have the numbers and names of the headers")
    func errorNumbers() {
        let expected: [(XenError, Int32, String)] = [
            (.operationNotPermitted, 1, "EPERM"), (.noSuchEntry, 2, "ENOENT"), (.noSuchProcess, 3, "ESRCH"),
            (.argumentListTooLong, 7, "E2BIG"), (.outOfMemory, 12, "ENOMEM"), (.badAddress, 14, "EFAULT"),
            (.busy, 16, "EBUSY"), (.alreadyExists, 17, "EEXIST"), (.invalidArgument, 22, "EINVAL"),
            (.noSpace, 28, "ENOSPC"), (.notImplemented, 38, "ENOSYS"), (.noData, 61, "ENODATA"),
            (.timerExpired, 62, "ETIME"), (.restart, 85, "ERESTART"), (.notSupported, 95, "EOPNOTSUPP"),
        ]
        for (error, number, name) in expected {
            #expect(error.rawValue == number)
            #expect(error.name.description == name)
        }
    }

    @Test("Special domains have their numbers")
    func domains() {
        #expect(DomainIdentifier.caller.rawValue == 0x7FF0)
        #expect(DomainIdentifier.invalid.rawValue == 0x7FF4)
        #expect(DomainIdentifier.idle.rawValue == 0x7FFF)
    }

    @Test("The event callback of a vector is what Linux writes")
    func callback() {
        #expect(EventCallback.vector(0xF3).rawValue == 0x0200_0000_0000_00F3)
        #expect(EventCallback(rawValue: 0x0200_0000_0000_0020).kind == .vector)
        #expect(EventCallback(rawValue: 0x0200_0000_0000_0020).vector == 0x20)
        #expect(EventCallback(rawValue: 0x0300_0000_0000_0020).kind == nil)
    }

    @Test("The signature reads XenVMMXenVMM")
    func signature() {
        let words = [HypervisorLeaf.signatureEBX, HypervisorLeaf.signatureECX, HypervisorLeaf.signatureEDX]
        let text = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        #expect(String(decoding: text, as: UTF8.self) == "XenVMMXenVMM")
    }
}
