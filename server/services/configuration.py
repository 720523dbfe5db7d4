"""What a device must know beside records: who it is, its villages, and the forms."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, reach_of
from domain.areas import Village
from domain.canonical import Json, canonical_bytes, digest_of, to_text
from server.services.leases import lease_days
from server.services.recovery import current_key
from server.store import areas, settings


@dataclass(frozen=True, slots=True)
class Configuration:
    """An account's part of the installation. `digest` changes with anything of it."""

    digest: str
    actor: Actor
    villages: tuple[Village, ...]
    lease_days: int
    recovery_key: str | None


def config_digest(connection: Connection, actor: Actor) -> str:
    """Changes when the actor's role or areas, any village or form, the lease or the recovery key does.

    One query: a device asks at every sync.
    """
    names = [settings.AREAS_DIGEST, settings.FORMS_DIGEST, settings.LEASE_DAYS, settings.RECOVERY_KEY]
    kept = settings.read(connection, names)
    told: list[Json] = [
        actor.role.value,
        list[Json](actor.areas),
        kept.get(settings.AREAS_DIGEST),
        kept.get(settings.FORMS_DIGEST),
        kept.get(settings.LEASE_DAYS),
        kept.get(settings.RECOVERY_KEY),
    ]
    return digest_of(canonical_bytes(told))


def config_of(connection: Connection, actor: Actor) -> Configuration:
    """The whole of it, with the villages of whose records the actor reads."""
    villages = areas.villages_in(connection, reach_of(actor, Action.READ).areas)
    digest, days = config_digest(connection, actor), lease_days(connection)
    key = current_key(connection)
    return Configuration(digest, actor, tuple(villages), days, to_text(key.public) if key else None)
