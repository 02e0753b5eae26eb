// SPDX-License-Identifier: MIT
import Architecture

/// A table that grows by whole frames, up to 512 of them, and never allocates otherwise. A frame of pointers leads to the
/// frames with the elements.
public struct FrameTable<Element: BitwiseCopyable>: ~Copyable {
    private let pointers: OwnedFrame
    private let allocator: FrameAllocator
    /// The number of frames with elements.
    public private(set) var frameCount: UInt64 = 0
    private let maximumFrameCount: UInt64

    /// An empty table. Nil when no frame is free.
    public init?(from allocator: FrameAllocator, maximumFrameCount: UInt64) {
        guard let pointers = OwnedFrame(from: allocator) else { return nil }
        self.pointers = pointers
        self.allocator = allocator
        self.maximumFrameCount = min(maximumFrameCount, 512)
    }

    deinit {
        for index in 0..<frameCount {
            allocator.free(HostPhysicalAddress(PhysicalMemory.read(UInt64.self, at: slot(index))).frame)
        }
    }

    /// The number of elements in a frame.
    public static var elementsPerFrame: UInt64 { frameSize / UInt64(MemoryLayout<Element>.stride) }

    /// The number of elements that there is room for.
    public var count: UInt64 { frameCount &* FrameTable.elementsPerFrame }

    /// Adds a frame of zeros. Returns false when the table is as large as it may be, or no frame is free.
    public mutating func grow() -> Bool {
        guard frameCount < maximumFrameCount, let frame = allocator.takeFrame() else { return false }
        PhysicalMemory.fill(frame)
        PhysicalMemory.write(frame.address.value, at: slot(frameCount))
        frameCount &+= 1
        return true
    }

    /// The frame of the given index; nil when there is none.
    public func frame(_ index: UInt64) -> HostFrame? {
        guard index < frameCount else { return nil }
        return HostPhysicalAddress(PhysicalMemory.read(UInt64.self, at: slot(index))).frame
    }

    /// Calls `body` for the frame of pointers, and for each with elements.
    func forEachFrame(_ body: (HostFrame) -> Void) {
        body(pointers.frame)
        for index in 0..<frameCount {
            if let frame = frame(index) { body(frame) }
        }
    }

    /// The element of the given index; nil when the table is not so long.
    public subscript(index: UInt64) -> Element? {
        guard let address = address(of: index) else { return nil }
        return PhysicalMemory.read(Element.self, at: address)
    }

    /// Replaces an element; does nothing when the table is not so long.
    public mutating func set(_ index: UInt64, to element: Element) {
        guard let address = address(of: index) else { return }
        PhysicalMemory.write(element, at: address)
    }

    /// The place of an element; nil when the table is not so long.
    func address(of index: UInt64) -> HostPhysicalAddress? {
        guard let frame = frame(index / FrameTable.elementsPerFrame) else { return nil }
        let position = index % FrameTable.elementsPerFrame
        return frame.address.advanced(by: position &* UInt64(MemoryLayout<Element>.stride))
    }

    private func slot(_ index: UInt64) -> HostPhysicalAddress { pointers.address.advanced(by: index &* 8) }
}
