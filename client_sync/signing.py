"""Signing what is sent, with the key that is in the device's store and nowhere else; see docs/protocol.md."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from client_sync.chain import Attempt
from client_sync.plan import Plan, SignedBatch
from client_sync.store import Store
from client_sync.store.outbox import Outgoing
from client_sync.store.settings import DeviceKey
from domain.batches import SEED_LENGTH, Batch, batch_digest, joined
from domain.canonical import to_bytes, to_text


def new_key(random_bytes: Callable[[int], bytes]) -> DeviceKey:
    """A fresh key that no server knows yet."""
    return DeviceKey(to_text(random_bytes(SEED_LENGTH)))


def public_key(key: DeviceKey) -> str:
    """The public half, as it travels."""
    return to_text(_private(key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _private(key: DeviceKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(to_bytes(key.seed))


@dataclass(frozen=True)
class Signer:
    """Signs the batches of one store."""

    store: Store

    def sign(
        self, plan: Plan, after: tuple[int, str] | None = None, answered: Sequence[Outgoing] = ()
    ) -> Plan:
        """
        The plan with its batch signed, and the attempt in the store. Left as it is where there is nothing to
        sign, and while the server does not know the key.

        `after` is the batch (seq and digest) whose answer is here but not stored yet, and `answered` what
        it carried.
        """
        key = self.store.settings.key
        if not plan.operations or key is None or key.device is None:
            return plan
        with self.store.transaction():
            stored = self.store.settings.chain
            chain = stored.after(*after) if after else stored
            elsewhere = [one.id for one in (*answered, *plan.operations)]
            draft = Batch(
                device=key.device,
                replica=plan.replica,
                seq=chain.seq + 1,
                before=chain.digest,
                operations=tuple(one.id for one in plan.operations),
                waiting=joined(self.store.outbox.ranges_beside(elsewhere)),
                drafts=self.store.drafts.count(),
            )
            batch = replace(draft, again=chain.earlier(draft.core))
            signed = batch.to_bytes()
            signature = _private(key).sign(signed)
            digest = batch_digest(signed, signature)
            self.store.settings.chain = stored.trying(Attempt(digest, draft.core))
        members = {**batch.members(), "signature": to_text(signature)}
        return replace(plan, batch=SignedBatch(batch.seq, digest, members))
