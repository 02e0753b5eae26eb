// SPDX-License-Identifier: MIT
import XenInterface

/// What a test has been answered by the hypervisor: each pair of an operation and a result once.
///
/// The log lies in a page of its own, so that every copy of `Hypercalls` writes into the same one: the count in the first
/// word, then entries of 16 bytes.
public struct AnswerLog: Sendable {
    /// The address of the page.
    private let page: UInt64

    /// An empty log in a page of zeros.
    public init(in page: UInt64) { self.page = page }

    /// One answer.
    struct Answer: BitwiseCopyable, Equatable {
        /// The hypercall's number.
        var hypercall: UInt32
        /// The operation; of a hypercall without operations 0. With `elementFlag`, the answer is that for one element of a list.
        var operation: UInt32
        /// A negated error or status; 0 for every success.
        var result: Int64
    }

    /// Marks an answer that stands in an element of a list, while the call itself succeeded.
    static var elementFlag: UInt32 { 1 << 31 }

    /// How many answers there are.
    private var count: UInt64 { Memory.load64(page) }

    /// The most that fit into the page.
    private var limit: UInt64 { Memory.pageSize / 16 - 1 }

    /// Forgets everything.
    func clear() { Memory.store64(0, at: page) }

    /// Notes an answer, unless it is there already or the page is full.
    func note(_ number: UInt64, _ operation: UInt64, _ result: Int64, ofElement: Bool = false) {
        guard let operation = AnswerLog.operation(number, operation) else { return }
        let answer = Answer(
            hypercall: UInt32(truncatingIfNeeded: number),
            operation: operation | (ofElement ? AnswerLog.elementFlag : 0),
            result: AnswerLog.error(in: result))
        let count = count
        for index in 0..<count where self[index] == answer { return }
        guard count < limit else { return }
        Memory.store(answer, at: place(of: count))
        Memory.store64(count &+ 1, at: page)
    }

    /// Which operation a call's first argument names. A number beyond 32 bits is no hypercall's: nil.
    private static func operation(_ number: UInt64, _ argument: UInt64) -> UInt32? {
        guard let number = UInt32(exactly: number) else { return nil }
        let operation = UInt32(truncatingIfNeeded: argument) & ~elementFlag
        switch HypercallNumber(rawValue: number) {
        case .memoryOperation: return operation & 0x3F
        case .xenVersion, .consoleIO, .grantTableOperation, .vmAssist, .vcpuOperation, .schedulerOperation,
            .eventChannelOperation, .hvmOperation:
            return operation
        default: return 0
        }
    }

    /// The negated error in a result, also one in 32 bits; 0 in any other.
    private static func error(in result: Int64) -> Int64 {
        let narrow = Int64(Int32(truncatingIfNeeded: result))
        return (-4095...(-1)).contains(narrow) && result &>> 32 <= 0 ? narrow : 0
    }

    private subscript(index: UInt64) -> Answer { Memory.load(place(of: index), as: Answer.self) }

    private func place(of index: UInt64) -> UInt64 { page &+ 16 &+ index &* 16 }

    /// Writes lines such as `# answers 32.0:0 32.0:-22 20.0/-3`: the hypercall, its operation, and the result, or after a slash that of
    /// an element.
    func write(to console: inout Console) {
        for index in 0..<count {
            if index % 8 == 0 { console.write("# answers") }
            let answer = self[index]
            let isElement = answer.operation & AnswerLog.elementFlag != 0
            console.write(byte: UInt8(ascii: " "))
            console.write(decimal: UInt64(answer.hypercall))
            console.write(byte: UInt8(ascii: "."))
            console.write(decimal: UInt64(answer.operation & ~AnswerLog.elementFlag))
            console.write(byte: UInt8(ascii: isElement ? "/" : ":"))
            if answer.result < 0 { console.write(byte: UInt8(ascii: "-")) }
            console.write(decimal: answer.result.magnitude)
            if index % 8 == 7 || index == count - 1 { console.endLine() }
        }
    }
}
