// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Checks on event injection. (Intel SDM vol. 3C §27.2.1.3)
extension VMCSValidator {
    static func brokenInjectionRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let event = vmcs.injection
        guard event.isValid else { return nil }
        if event.rawValue & 0x7FFF_F000 != 0 { return "the injected event has reserved bits set" }
        switch event.kind {
        case nil: return "the injected event is of a reserved kind"
        case .nonMaskableInterrupt where event.vector != 2:
            return "an injected non-maskable interrupt has another vector"
        case .exception where event.vector > 31: return "the injected exception has a vector above 31"
        case .softwareInterrupt, .softwareException, .privilegedSoftwareException:
            let length = vmcs[ControlFields.entryInstructionLength]
            if length == 0 || length > 15 { return "the injected event's instruction has no possible length" }
        default: break
        }
        return brokenErrorCodeRule(event, vmcs)
    }

    private static func brokenErrorCodeRule(_ event: EventInjection, _ vmcs: some VMCSAccess) -> StaticString? {
        let isProtected = vmcs[GuestFields.cr0].contains(.protectionEnable) || !vmcs.isUnrestricted
        let hasErrorCode = Exception(rawValue: event.vector)?.hasErrorCode ?? false
        // Processors without control-flow enforcement do not know its exception's error code.
        let isOptional = event.vector == Exception.controlProtection.rawValue
        let isDue = event.kind == .exception && isProtected && hasErrorCode
        if event.hasErrorCode != isDue && !isOptional {
            return isDue
                ? "the injected exception lacks its error code" : "the injected event must not have an error code"
        }
        return event.hasErrorCode && event.errorCode >> 16 != 0 ? "the injected error code has reserved bits set" : nil
    }
}
