// SPDX-License-Identifier: MIT
@testable import Hypervisor

/// Events by short names, for expectations.
extension EventInjection {
    static func interrupt(_ vector: UInt8) -> EventInjection { EventInjection(.interrupt, vector: vector) }

    static func exception(_ vector: UInt8, _ errorCode: UInt32?) -> EventInjection {
        EventInjection(.exception, vector: vector, errorCode: errorCode)
    }

    static var nonMaskableInterrupt: EventInjection { EventInjection(.nonMaskableInterrupt, vector: 2) }
}
