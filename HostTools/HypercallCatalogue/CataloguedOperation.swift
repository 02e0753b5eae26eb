// SPDX-License-Identifier: MIT
import XenInterface

/// An operation of a hypercall.
public struct CataloguedOperation: Sendable {
    /// Its numbers: one, or several that are answered alike. Empty: every number that no other operation has.
    public var numbers: [UInt32]
    /// Its name in Xen's public headers, such as `bind_interdomain`. Of a hypercall without operations: empty.
    public var name: String
    /// What it does.
    public var purpose: String
    /// The structure that its argument points to, if it takes one.
    public var structure: Structure?
    /// The function that handles it.
    public var handler: Handler
    /// All its answers.
    public var answers: [CataloguedAnswer]

    /// An argument's structure.
    public struct Structure: Sendable {
        /// Its name in `Kernel/XenInterface`.
        public var name: String
        /// Its size in bytes, of a 64-bit caller.
        public var size: Int
        /// Its size in bytes, of a 32-bit caller.
        public var compatSize: Int
    }

    /// A function of the hypervisor.
    public struct Handler: Sendable {
        /// The file, in `Kernel/Hypervisor/Hypercalls`.
        public var file: String
        /// The function's name.
        public var function: String

        /// A function of a file.
        init(_ file: String, _ function: String) {
            self.file = file
            self.function = function
        }

        /// The file's place in the repository.
        public var path: String { "Kernel/Hypervisor/Hypercalls/\(file)" }
    }

    /// An operation without a structure.
    init<Operation: RawRepresentable<UInt32>>(
        _ operation: Operation..., named name: String, _ purpose: String, at handler: Handler,
        answers: [CataloguedAnswer]
    ) {
        self.init(
            numbers: operation.map(\.rawValue), name: name, purpose: purpose, handler: handler, answers: answers)
    }

    /// An operation whose argument points to a structure.
    init<Operation: RawRepresentable<UInt32>, Argument: GuestStructure>(
        _ operation: Operation..., named name: String, taking _: Argument.Type, _ purpose: String, at handler: Handler,
        answers: [CataloguedAnswer]
    ) {
        self.init(
            numbers: operation.map(\.rawValue), name: name, purpose: purpose, structure: Structure(Argument.self),
            handler: handler, answers: answers)
    }

    /// An operation from its parts; the numbers of one that is the whole hypercall are left out.
    init(
        numbers: [UInt32] = [], name: String = "", purpose: String, structure: Structure? = nil, handler: Handler,
        answers: [CataloguedAnswer]
    ) {
        self.numbers = numbers
        self.name = name
        self.purpose = purpose
        self.structure = structure
        self.handler = handler
        self.answers = answers
    }

    /// Every number that no operation has.
    static func others(at handler: Handler) -> CataloguedOperation {
        CataloguedOperation(
            name: "any other number", purpose: "There is no such operation.", handler: handler,
            answers: [.fails(.notImplemented, "always")])
    }
}

extension CataloguedOperation.Structure {
    /// The name and the sizes of a structure.
    init<Argument: GuestStructure>(_: Argument.Type) {
        let path = String(reflecting: Argument.self)
        self.init(
            name: String(path.drop { $0 != "." }.dropFirst()), size: MemoryLayout<Argument>.size,
            compatSize: MemoryLayout<Argument.Compat>.size)
    }
}
