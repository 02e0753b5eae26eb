// SPDX-License-Identifier: MIT
import Testing

@testable import Emulator

@Suite("The choice of a processor")
struct MachineRequestTests {
    static let none = NestedVirtualization.missing(reason: "no reason")

    static func names(
        _ request: MachineRequest, _ nested: NestedVirtualization = none
    ) throws(MachineRequest.Contradiction) -> [String] {
        try request.models(nested: { nested }).models.map(\.name)
    }

    @Test("is QEMU for AMD and Bochs for Intel where KVM cannot nest, and says why")
    func usual() throws {
        #expect(try Self.names(MachineRequest()) == ["epyc"])
        #expect(try Self.names(MachineRequest(vendors: [.amd])) == ["epyc"])
        #expect(try Self.names(MachineRequest(vendors: [.intel])) == ["corei7_skylake_x"])
        #expect(try Self.names(MachineRequest(vendors: [.amd, .intel])) == ["epyc", "corei7_skylake_x"])
        #expect(try MachineRequest().models(nested: { Self.none }).note == "no KVM: no reason")
    }

    @Test("is the host's processor where KVM can nest and nothing else is asked for")
    func nested() throws {
        for vendor in ProcessorVendor.allCases {
            #expect(try Self.names(MachineRequest(), .offered(vendor)) == ["host"])
            #expect(try Self.names(MachineRequest(vendors: [vendor]), .offered(vendor)) == ["host"])
            #expect(try Self.names(MachineRequest(vendors: [vendor], accelerator: .kvm), .offered(vendor)) == ["host"])
        }
        #expect(try Self.names(MachineRequest(vendors: [.amd, .intel]), .offered(.intel)) == ["epyc", "host"])
        #expect(try Self.names(MachineRequest(vendors: [.intel]), .offered(.amd)) == ["corei7_skylake_x"])
    }

    @Test("does not even ask for KVM where it has no part")
    func notAsked() throws {
        let requests = [
            MachineRequest(accelerator: .tcg), MachineRequest(models: [.bochs(.ryzen)]),
            MachineRequest(needs: [.instructionCounting]), MachineRequest(vendors: [.amd], models: [.qemu(.tcg)]),
        ]
        for request in requests {
            let choice = try request.models(nested: {
                Issue.record("asked")
                return .offered(.amd)
            })
            #expect(choice.note == nil && choice.models.count == 1 && choice.models[0].vendor == .amd)
        }
    }

    @Test("takes named models once each, and the usual one for a vendor without a name")
    func named() throws {
        let models: [ProcessorModel] = [.bochs(.ryzen), .bochs(.tigerLake), .bochs(.ryzen)]
        #expect(try Self.names(MachineRequest(models: models)) == ["ryzen", "tigerlake"])
        let both: Set<ProcessorVendor> = [.amd, .intel]
        #expect(try Self.names(MachineRequest(vendors: both, models: models)) == ["ryzen", "tigerlake"])
        let intel: [ProcessorModel] = [.bochs(.haswell)]
        #expect(try Self.names(MachineRequest(vendors: both, models: intel)) == ["epyc", "corei7_haswell_4770"])
    }

    @Test(
        "is refused where options contradict each other",
        arguments: [
            (MachineRequest(vendors: [.intel], accelerator: .tcg), "--accelerator tcg"),
            (MachineRequest(models: [.bochs(.ryzen)], accelerator: .tcg), "--accelerator tcg"),
            (MachineRequest(models: [.bochs(.ryzen)], accelerator: .kvm), "--accelerator kvm"),
            (MachineRequest(models: [.qemu(.tcg)], accelerator: .kvm), "--model epyc"),
            (MachineRequest(vendors: [.amd], models: [.bochs(.haswell)]), "no AMD processor"),
            (MachineRequest(vendors: [.intel], models: [.bochs(.ryzen)]), "no Intel processor"),
            (MachineRequest(vendors: [.intel], mainboard: .q35), "--machine q35"),
            (MachineRequest(vendors: [.amd, .intel], mainboard: .q35), "--machine q35"),
            (MachineRequest(vendors: [.intel], needs: [.debugger]), "--debugger"),
            (MachineRequest(vendors: [.intel], needs: [.qcow2]), "a qcow2 image"),
            (MachineRequest(vendors: [.amd, .intel], needs: [.firmware]), "--firmware"),
            (MachineRequest(accelerator: .kvm, needs: [.instructionCounting]), "does not count instructions"),
            (MachineRequest(accelerator: .kvm), "no reason"),
        ])
    func contradictions(request: MachineRequest, text: String) {
        do {
            let names = try Self.names(request)
            Issue.record("accepted: \(names)")
        } catch {
            #expect(error.description.contains(text))
        }
    }

    @Test("is refused where the host's processor is of the other vendor")
    func otherVendor() {
        #expect(throws: MachineRequest.Contradiction.self) {
            try Self.names(MachineRequest(vendors: [.intel], accelerator: .kvm), .offered(.amd))
        }
    }
}
