"""A device with a key that speaks the protocol by hand, and signs whatever a test wants signed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.batches import Batch, Ranges, batch_digest
from domain.canonical import Json, canonical_bytes, digest_of, to_text
from tests.support.office import Office
from tests.support.raw_device import RawDevice


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key as it travels."""
    return to_text(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@dataclass
class SignedDevice(RawDevice):
    """Its chain moves on with each answer; `device` is the id that the office knows it by."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    device: str = ""
    seq: int = 0
    before: str = ""
    waiting: Ranges = field(default_factory=dict)
    drafts: int = 0

    def register(self) -> tuple[int, Any]:
        """Tells the server its public key."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.put("/api/v1/device/key", json={"key": public_text(self.key)}, headers=headers)
        self.device = (answer.json or {}).get("device", "")
        return answer.status_code, answer.json

    def batch(self, ops: tuple[Json, ...], **claims: Any) -> Batch:
        """What it signs of these operations; `claims` replace what would be true."""
        ids = tuple(digest_of(canonical_bytes(one)) for one in ops)
        true: dict[str, Any] = {"waiting": self.waiting, "drafts": self.drafts}
        true |= {"device": self.device, "replica": self.replica, "operations": ids}
        true |= {"seq": self.seq + 1, "before": self.before}
        return Batch(**{**true, **claims})

    def signed(self, batch: Batch) -> dict[str, Json]:
        """The member of the request."""
        return {**batch.members(), "signature": to_text(self.key.sign(batch.to_bytes()))}

    def request(self, *ops: Json, **members: Any) -> dict[str, Any]:
        """A sync request; signed, if there is anything to sign and the test does not do it itself."""
        if ops and "batch" not in members:
            members["batch"] = self.signed(self.batch(ops))
        return super().request(*ops, **members)

    def sync(self, *ops: Json, **members: Any) -> dict[str, Any]:
        """One exchange that must succeed."""
        request = self.request(*ops, **members)
        told = super().sync(*ops, **{**members, **{k: v for k, v in request.items() if k == "batch"}})
        if ops:
            batch = self.batch(ops)
            own = [batch.seq, batch_digest(batch.to_bytes(), self.key.sign(batch.to_bytes()))]
            self.seq, self.before = told.get("batch", own)
        return told


def signed_device(office: Office, name: str, role: str, *where: str) -> SignedDevice:
    """An enrolled device of an account, with a key."""
    office.person(name, role, *where)
    made = SignedDevice(office.client, office.device_token(name), secrets.token_urlsafe(16), name)
    status, told = made.register()
    assert status == 200, told
    return made
