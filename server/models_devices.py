"""The tables of what devices sign, and of enrolments that the office confirms."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models import Base


class DeviceChain(Base):
    """
    The end of the chain of a device's signed batches, and what the device still held behind the last one.

    `known` (a JSON list of digests) are the latest ones, `waiting` is JSON: ranges by replica. `breaches`
    counts the batches that did not follow from the one before; when the last of them came, is `breached`.
    """

    __tablename__ = "device_chain"
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(43), default="")
    known: Mapped[bytes]
    waiting: Mapped[bytes]
    drafts: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int | None]
    breaches: Mapped[int] = mapped_column(default=0)
    breached: Mapped[int | None]


class DeviceConfirmation(Base):
    """
    An enrolment that somebody in the office confirms by a number; the device reads nothing until `confirmed`.

    The number follows from `code_hash`, `nonce` and the device's key. `tries` counts wrong ones.
    """

    __tablename__ = "device_confirmation"
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(43))
    tries: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
