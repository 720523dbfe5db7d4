"""What every refusal looks like."""

from marshmallow import INCLUDE, Schema, fields


class ErrorMembers(Schema):
    """A stable code for programs, an English sentence for logs; further members are its facts."""

    class Meta:
        unknown = INCLUDE

    code = fields.String(required=True)
    message = fields.String(required=True)


class ErrorReply(Schema):
    """The body of every answer that is no success."""

    error = fields.Nested(ErrorMembers(), required=True)
