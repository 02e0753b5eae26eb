// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `xen_version`: what the hypervisor tells about itself.
func xenVersion(_ suite: inout Suite) {
    suite.test("xen_version version: 4.17") { test in
        test.expect(test.hypercalls.call(.xenVersion), is: 4 << 16 | 17)
    }
    suite.test("xen_version pagesize: 4096") { test in
        let operation = UInt64(XenVersionOperation.pageSize.rawValue)
        test.expect(test.hypercalls.call(.xenVersion, operation), is: 4096)
    }
    suite.test("xen_version pagesize: takes no buffer, else EINVAL") { test in
        test.withPage { test, page in
            let operation = UInt64(XenVersionOperation.pageSize.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), fails: .invalidArgument)
        }
    }
    suite.test("xen_version: an operation that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(.xenVersion, Nowhere.operation), fails: .notImplemented)
        test.expect(test.hypercalls.call(.xenVersion, UInt64(UInt32.max)), fails: .notImplemented)
    }
    versionStrings(&suite)
    versionBuffers(&suite)
    versionFeatures(&suite)
}

/// Strings: their whole buffer is written, nothing behind it, and zeros follow their end.
private func versionStrings(_ suite: inout Suite) {
    suite.test("xen_version extraversion: fills its 16 bytes and no more") { test in
        test.expectString(.extraVersion, length: XenVersionOperation.extraVersionLength)
    }
    suite.test("xen_version capabilities: fills its 1024 bytes and no more") { test in
        test.expectString(.capabilities, length: XenVersionOperation.capabilitiesLength)
    }
    suite.test("xen_version changeset: fills its 64 bytes and no more") { test in
        test.expectString(.changeSet, length: XenVersionOperation.changeSetLength)
    }
    suite.test("xen_version commandline: an ordinary domain gets a string in its place") { test in
        test.withPage { test, page in
            Memory.fill(page, count: Memory.pageSize, with: 0xA5)
            let operation = UInt64(XenVersionOperation.commandLine.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            test.expect(Memory.load8(page) != 0xA5)
            let length = UInt64(XenVersionOperation.commandLineLength)
            test.expect(Memory.isFilled(page &+ length, count: 256, with: 0xA5))
        }
    }
    suite.test("xen_version capabilities: 64-bit HVM guests are among them") { test in
        test.withPage { test, page in
            let operation = UInt64(XenVersionOperation.capabilities.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            test.expect(Memory.contains("hvm-3.0-x86_64", page, count: 1024))
        }
    }
    suite.test("xen_version compile_info: four strings, each ended and padded with zeros") { test in
        test.withPage { test, page in
            Memory.fill(page, count: Memory.pageSize, with: 0xA5)
            let operation = UInt64(XenVersionOperation.compileInformation.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            var start = page
            for length in Few<4, UInt64>([64, 16, 32, 32]) {
                test.expect(Memory.isPaddedString(start, length: length))
                start &+= length
            }
            test.expect(Memory.isFilled(start, count: 256, with: 0xA5))
        }
    }
}

private func versionBuffers(_ suite: inout Suite) {
    suite.test("xen_version: a buffer that is not mapped gives EFAULT") { test in
        for operation in Few<6, UInt64>([1, 2, 3, 4, 6, 8]) {
            test.expect(test.hypercalls.call(.xenVersion, operation, Nowhere.linearAddress), fails: .badAddress)
        }
    }
    suite.test("xen_version: a buffer without memory behind it gives EFAULT") { test in
        test.expect(test.hypercalls.call(.xenVersion, 1, Nowhere.physicalAddress), fails: .badAddress)
    }
    suite.test("xen_version: a buffer may cross the end of a page") { test in
        test.withPage { test, first in
            test.withPage { test, second in
                guard second == first &+ Memory.pageSize else { return test.skip("the pages are not neighbours") }
                Memory.fill(second, count: 16, with: 0xA5)
                test.expect(test.hypercalls.call(.xenVersion, 4, second &- 32), is: 0)
                test.expect(!Memory.isFilled(second, count: 16, with: 0xA5))
            }
        }
    }
    suite.test("xen_version guest_handle: 16 bytes") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 64, with: 0xA5)
            let operation = UInt64(XenVersionOperation.guestHandle.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            test.expect(!Memory.isFilled(page, count: 16, with: 0xA5))
            test.expect(Memory.isFilled(page &+ 16, count: 48, with: 0xA5))
        }
    }
    suite.test("xen_version platform_parameters: one word") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 64, with: 0xA5)
            let operation = UInt64(XenVersionOperation.platformParameters.rawValue)
            test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            test.expect(!Memory.isFilled(page, count: 8, with: 0xA5))
            test.expect(Memory.isFilled(page &+ 8, count: 56, with: 0xA5))
        }
    }
    suite.test("xen_version build_id: not for ordinary domains") { test in
        let result = test.hypercalls.call(.xenVersion, UInt64(XenVersionOperation.buildIdentifier.rawValue), 0)
        test.expect(result, fails: .operationNotPermitted)
    }
}

private func versionFeatures(_ suite: inout Suite) {
    suite.test("xen_version get_features: what PVH guests rely on") { test in
        var call = XenVersionOperation.Features(submap: 0)
        test.expect(test.hypercalls.version(.getFeatures, &call), is: 0)
        let features = XenFeatures(rawValue: call.features)
        test.expect(features.contains(.autoTranslatedPhysicalMap))
        test.expect(features.contains(.callbackVector))
        test.expect(features.contains(.safeParavirtualClock))
        test.expect(features.contains(.writablePageTables))
    }
    suite.test("xen_version get_features: an ordinary domain is not told that it is the control domain") { test in
        var call = XenVersionOperation.Features(submap: 0)
        test.expect(test.hypercalls.version(.getFeatures, &call), is: 0)
        let isControlDomain = test.guest.startInfo.flags & StartInfo.controlDomain != 0
        test.expect(XenFeatures(rawValue: call.features).contains(.controlDomain) == isControlDomain)
    }
    suite.test("xen_version get_features: there is only submap 0") { test in
        var call = XenVersionOperation.Features(submap: 1)
        test.expect(test.hypercalls.version(.getFeatures, &call), fails: .invalidArgument)
    }
}
