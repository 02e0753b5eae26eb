// SPDX-License-Identifier: MIT
import Foundation
import Testing
import XenInterface

@testable import HypercallCatalogue

@Suite("The catalogue of hypercalls")
struct CatalogueTests {
    /// The top of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("has every hypercall once, in the order of their numbers")
    func hypercalls() {
        #expect(HypercallCatalogue.all.map(\.number) == HypercallNumber.allCases)
        #expect(Set(HypercallCatalogue.all.map(\.name)).count == HypercallCatalogue.all.count)
    }

    @Test("has every operation of the public headers, and no other")
    func operations() {
        func check<Operation: CaseIterable & RawRepresentable<UInt32>>(
            _ hypercall: CataloguedHypercall, _: Operation.Type
        ) {
            let numbers = hypercall.operations.flatMap(\.numbers)
            #expect(numbers.sorted() == Operation.allCases.map(\.rawValue).sorted(), "\(hypercall.name)")
        }
        check(HypercallCatalogue.memoryOperation, MemoryOperation.self)
        check(HypercallCatalogue.xenVersion, XenVersionOperation.self)
        check(HypercallCatalogue.consoleIO, ConsoleOperation.self)
        check(HypercallCatalogue.grantTableOperation, GrantTableOperation.self)
        check(HypercallCatalogue.vmAssist, VMAssist.self)
        check(HypercallCatalogue.vcpuOperation, VCPUOperation.self)
        check(HypercallCatalogue.schedulerOperation, SchedulerOperation.self)
        check(HypercallCatalogue.eventChannelOperation, EventChannelOperation.self)
        check(HypercallCatalogue.hvmOperation, HVMOperation.self)
    }

    @Test("names each answer of an operation once")
    func answers() {
        for hypercall in HypercallCatalogue.all {
            for operation in hypercall.operations {
                #expect(!operation.answers.isEmpty)
                let results = operation.answers.map(\.result)
                #expect(Set(results).count == results.count, "\(hypercall.name) \(operation.name)")
            }
        }
    }

    @Test("names handlers that are in the source")
    func handlers() throws {
        for operation in HypercallCatalogue.all.flatMap(\.operations) {
            let source = try String(contentsOf: Self.root.appending(path: operation.handler.path), encoding: .utf8)
            #expect(
                source.contains("func \(operation.handler.function)("),
                "\(operation.handler.path) has no function \(operation.handler.function)")
        }
    }
}
