// SPDX-License-Identifier: MIT

/// Why a hypercall failed (Xen public header `errno.h`). Values are positive; RAX holds them negated.
public enum XenError: Int32, Error, CaseIterable, Sendable {
    /// `EPERM`: the caller may not do this.
    case operationNotPermitted = 1
    /// `ENOENT`: nothing has this name or number.
    case noSuchEntry = 2
    /// `ESRCH`: no such domain.
    case noSuchProcess = 3
    /// `EINTR`: the call was interrupted.
    case interrupted = 4
    /// `EIO`: input or output failed.
    case inputOutput = 5
    /// `ENXIO`: no such device or address.
    case noSuchDeviceOrAddress = 6
    /// `E2BIG`: the arguments are too many.
    case argumentListTooLong = 7
    /// `ENOEXEC`: not a format that can be run.
    case notExecutable = 8
    /// `EBADF`: not an open file.
    case badFileNumber = 9
    /// `ECHILD`: no child processes.
    case noChildProcesses = 10
    /// `EAGAIN`: not now: the same call may succeed later.
    case tryAgain = 11
    /// `ENOMEM`: not enough memory.
    case outOfMemory = 12
    /// `EACCES`: access is refused.
    case permissionDenied = 13
    /// `EFAULT`: a pointer does not lead to the caller's memory.
    case badAddress = 14
    /// `EBUSY`: already in use.
    case busy = 16
    /// `EEXIST`: already there.
    case alreadyExists = 17
    /// `EXDEV`: the two sides do not belong together.
    case crossDeviceLink = 18
    /// `ENODEV`: no such device.
    case noSuchDevice = 19
    /// `ENOTDIR`: not a directory.
    case notADirectory = 20
    /// `EISDIR`: a directory.
    case isADirectory = 21
    /// `EINVAL`: an argument is out of its range.
    case invalidArgument = 22
    /// `ENFILE`: too many open files in the system.
    case fileTableOverflow = 23
    /// `EMFILE`: too many open files.
    case tooManyOpenFiles = 24
    /// `ENOSPC`: a table is full.
    case noSpace = 28
    /// `EROFS`: the file system cannot be written.
    case readOnlyFileSystem = 30
    /// `EMLINK`: too many links.
    case tooManyLinks = 31
    /// `EDOM`: outside the domain of the function.
    case outOfDomain = 33
    /// `ERANGE`: the result cannot be represented.
    case outOfRange = 34
    /// `EDEADLK`: would wait for itself.
    case deadlock = 35
    /// `ENAMETOOLONG`: a name is too long.
    case nameTooLong = 36
    /// `ENOLCK`: no locks are left.
    case noLocksAvailable = 37
    /// `ENOSYS`: the hypercall or operation does not exist.
    case notImplemented = 38
    /// `ENOTEMPTY`: not empty.
    case notEmpty = 39
    /// `ENODATA`: there is nothing to read.
    case noData = 61
    /// `ETIME`: the time has passed.
    case timerExpired = 62
    /// `EBADMSG`: not a message.
    case badMessage = 74
    /// `EOVERFLOW`: the value does not fit its type.
    case overflow = 75
    /// `EILSEQ`: not a valid sequence of bytes.
    case illegalByteSequence = 84
    /// `ERESTART`: the call is to be made again.
    case restart = 85
    /// `ENOTSOCK`: not a socket.
    case notASocket = 88
    /// `EMSGSIZE`: a message is too long.
    case messageTooLong = 90
    /// `EOPNOTSUPP`: the operation is not supported.
    case notSupported = 95
    /// `EADDRINUSE`: the address is in use.
    case addressInUse = 98
    /// `EADDRNOTAVAIL`: the address is not available.
    case addressNotAvailable = 99
    /// `ENOBUFS`: no buffer space.
    case noBufferSpace = 105
    /// `EISCONN`: already connected.
    case alreadyConnected = 106
    /// `ENOTCONN`: not connected.
    case notConnected = 107
    /// `ETIMEDOUT`: it took too long.
    case timedOut = 110
    /// `ECONNREFUSED`: the connection was refused.
    case connectionRefused = 111

    /// The value as RAX holds it: sign-extended to 64 bits and negative.
    public var result: Int64 { -Int64(rawValue) }

    /// Reads the result of a hypercall; `nil` when the call succeeded or the number is not an error of Xen's.
    public init?(result: Int64) {
        guard (-4095)...(-1) ~= result, let error = XenError(rawValue: Int32(truncatingIfNeeded: -result)) else {
            return nil
        }
        self = error
    }
}
