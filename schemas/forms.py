"""Published forms, as the server lists them."""

from marshmallow import INCLUDE, Schema, fields


class PublishedForm(Schema):
    """One version of a form; `digest` covers its content, which never changes.

    `state` is published, or retired: no new form is begun with it.
    """

    form_id = fields.String()
    version = fields.String()
    title = fields.Dict(fields.String(), fields.String())
    digest = fields.String()
    state = fields.String()


class Forms(Schema):
    """All versions; `config` is the digest of all that a device must know."""

    config = fields.String()
    forms = fields.List(fields.Nested(PublishedForm()))


class Definition(Schema):
    """The compiler's JSON definition of a form, as it is."""

    class Meta:
        unknown = INCLUDE

    form_id = fields.String()
    version = fields.String()
    title = fields.Dict(fields.String(), fields.String())
