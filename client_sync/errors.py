"""What can go wrong on a device, told apart by what its person can do about it.

Nonsense in a command is `domain.errors.InvalidRequest`. Everything here is a state of
the world: it may be better in an hour, and what was saved stays saved.
"""

from domain.errors import VerilapError


class DeviceError(VerilapError):
    """The device could not do it now."""

    code = "device"


class NotEnrolled(DeviceError):
    """There is no store in the device's folder, or it was never enrolled."""

    code = "not-enrolled"


class WrongKey(DeviceError):
    """The passphrase does not open the store. Nothing was touched."""

    code = "wrong-key"


class StoreDamaged(DeviceError):
    """The store's file is damaged; `facts` say where it was moved, if it was."""

    code = "store-damaged"


class StoreTooNew(DeviceError):
    """A newer version of the program has changed the store."""

    code = "store-too-new"


class StoreFailed(DeviceError):
    """The disk is full, the folder is read-only, another program holds the store: nothing was saved."""

    code = "store-failed"


class StoreUnsound(DeviceError):
    """The SQLite library of this installation can lose what was committed: the store is not opened."""

    code = "store-unsound"


class StoreLocked(DeviceError):
    """The device was without its server for too long: nothing is shown until the office unlocks it."""

    code = "store-locked"


class Unreachable(DeviceError):
    """No answer, half of one, or one of something that is not a Verilap server: try again."""

    code = "unreachable"


class TimedOut(Unreachable):
    """Nothing moved on the line for too long."""

    code = "timed-out"


class ServerFault(Unreachable):
    """The server says that it is busy or broken (5xx, 429): nothing was taken, try again."""

    code = "server-fault"


class BadAnswer(DeviceError):
    """The server answered something that this version cannot read."""

    code = "bad-answer"


class Refused(DeviceError):
    """The server understood and refused (4xx); `code` is the server's, `facts` hold the status."""

    code = "refused"
