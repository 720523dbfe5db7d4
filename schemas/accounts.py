"""Enrolment and what an account is responsible for."""

from marshmallow import INCLUDE, Schema, fields
from marshmallow.validate import Length

from schemas.texts import PlainText, digest_text, replica_id


class EnrolRequest(Schema):
    """A device with the code that its officer typed."""

    class Meta:
        unknown = INCLUDE

    code = PlainText(64, 1, required=True)
    replica = replica_id(required=True)
    device = PlainText(100, load_default="")
    key_digest = digest_text(load_default=None)


class Person(Schema):
    """An account as its own device sees it."""

    author = fields.String()
    role = fields.String()
    areas = fields.List(fields.String())


class Enrolled(Person):
    """The token is told here and never again."""

    token = fields.String()
    replica = fields.String()
    nonce = fields.String(
        metadata={"description": "where the office confirms it: what the number is made with"}
    )


class VillageSchema(Schema):
    """A village by its Kemendagri code."""

    code = fields.String()
    name = fields.String()
    kecamatan = fields.String()


class Areas(Person):
    """The villages of an account; `config` is the digest of all that a device must know.

    `lease_days`: after how many days without contact a device locks itself, 0 for never.
    `recovery_key`: the public key (X25519) that unsent work is sealed to, if the office has one.
    """

    config = fields.String()
    villages = fields.List(fields.Nested(VillageSchema()))
    lease_days = fields.Integer()
    recovery_key = fields.String(allow_none=True)


class PasswordAgain(Schema):
    """The password of the token's owner."""

    password = fields.String(required=True, load_only=True, validate=Length(max=1024))


class PasswordGiven(Schema):
    """Until when it need not be given again: milliseconds since 1970."""

    until = fields.Integer()


class Health(Schema):
    """Whether the server can work, and whether a worker does.

    `unexamined` counts the records that wait for one, up to 10,000; `waiting_s` is for how long the first
    of them has. `files` is ``away`` while their storage does not answer, `mail` is ``late`` while a mail
    about an alarm has not left for ten minutes.
    """

    status = fields.String()
    unexamined = fields.Integer()
    waiting_s = fields.Integer()
    files = fields.String()
    mail = fields.String()
