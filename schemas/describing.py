"""
What travels as arrays, told as JSON Schema (2020-12, as OpenAPI 3.1 takes it).

These members are read by hand, so the description of the API cannot be made from their fields.
`told` puts one of these schemas into a field's metadata.
"""

from typing import Any, Final, TypeAlias

from domain.operations import MAX_PATH, PATH

JsonSchema: TypeAlias = dict[str, Any]

TEXT: Final[JsonSchema] = {"type": "string"}
COUNT: Final[JsonSchema] = {"type": "integer", "minimum": 0}


def array(*items: JsonSchema, further: JsonSchema | None = None, about: str = "") -> JsonSchema:
    """An array with these items by position, and after them any number of `further` ones, or no more."""
    schema: JsonSchema = {"type": "array", "prefixItems": list(items), "minItems": len(items)}
    # Not `"items": false`: apispec takes that for the name of a schema.
    schema |= {"items": further} if further else {"maxItems": len(items)}
    return {**schema, "description": about} if about else schema


def listing(item: JsonSchema, about: str = "") -> JsonSchema:
    """An array of any length."""
    schema: JsonSchema = {"type": "array", "items": item}
    return {**schema, "description": about} if about else schema


def mapping(value: JsonSchema) -> JsonSchema:
    """An object with any names."""
    return {"type": "object", "additionalProperties": value}


def told(schema: JsonSchema) -> dict[str, Any]:
    """Metadata of a field: apispec passes on the words that it knows, and what is inside ``allOf`` whole."""
    return {"metadata": {"allOf": [schema]}}


VALUE: Final[JsonSchema] = {
    "oneOf": [
        TEXT,
        {"type": "object", "description": "a marker such as {'$': 'dead'}, or a review's decision"},
    ]
}
CHANGE: Final = array(
    TEXT, VALUE, listing(COUNT, "indexes into preds"), about="path, value, what it replaces"
)
TOLD_CHANGE: Final = array(TEXT, VALUE, listing(TEXT), about="path, value, ids of what it replaces")
PART: Final[JsonSchema] = {
    "type": "object",
    "required": ["record", "kind", "changes"],
    "properties": {"record": {"type": "string", "format": "uuid"}, "kind": TEXT, "changes": listing(CHANGE)},
}
OPERATION: Final[JsonSchema] = {
    "type": "object",
    "description": "What a person entered, removed or decided; unknown members are kept.",
    "required": ["v", "replica", "n", "author", "time", "salt", "parts"],
    "properties": {
        "v": {"type": "integer"},
        "replica": TEXT,
        "n": COUNT,
        "author": TEXT,
        "time": {"type": "integer", "description": "milliseconds since 1970, by the device's clock"},
        "salt": TEXT,
        "meta": {"type": "object"},
        "preds": listing(TEXT, "ids of the operations whose values were on the screen"),
        "parts": listing(PART),
        "redacted": {
            "type": "object",
            "description": "of one that lost something by an erasure: its id, and what was taken out of it",
            "properties": {"id": TEXT, "without": listing(listing(TEXT))},
        },
    },
}
HAVE: Final = array(COUNT, TEXT, about="count, and xor of the first 64 bits of the ids")
CURSORS: Final[JsonSchema] = {
    "oneOf": [mapping(TEXT), {**TEXT, "description": "the digest of the map sent last"}]
}
OPENED: Final[JsonSchema] = {
    "type": "object",
    "description": "What the device showed of records: the same batch until the answer names it.",
    "required": ["batch", "acts"],
    "properties": {
        "batch": TEXT,
        "acts": listing(
            array(
                TEXT,
                TEXT,
                {"type": "integer"},
                {"type": "integer"},
                {"type": ["integer", "null"]},
                {"type": "integer"},
                listing({"type": "string", "format": "uuid"}),
                about="action, author, first and last by the device's clock, offset_ms, count, records",
            )
        ),
    },
}
BATCH: Final[JsonSchema] = {
    "type": "object",
    "description": "what a device with a key signs of the operations; left out without operations",
    "required": ["seq", "before", "signature"],
    "properties": {
        "seq": COUNT,
        "before": {**TEXT, "description": "the digest of the batch before, empty for the first"},
        "again": listing(TEXT, "digests of attempts since that had no answer"),
        "waiting": mapping(listing(array(COUNT, COUNT), "first and last n of what is still to come")),
        "drafts": COUNT,
        "signature": {**TEXT, "description": "Ed25519, base64url"},
    },
}
CHAINED: Final = array(COUNT, TEXT, about="seq and digest of the batch that the device's chain ends with")
WITHOUT_CONTROLS: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"
"""A pattern of texts that a person can have typed."""
REMARKS: Final = {
    **mapping({**TEXT, "pattern": WITHOUT_CONTROLS}),
    "propertyNames": {"pattern": f"^(?:{PATH.pattern})$", "maxLength": MAX_PATH},
}
DOCUMENT: Final[JsonSchema] = {
    "type": "object",
    "description": "A record whole: its surviving values, and where they come from.",
    "required": ["record", "kind", "ops", "values", "in"],
    "properties": {
        "record": {"type": "string", "format": "uuid"},
        "kind": TEXT,
        "ops": listing(
            array(TEXT, TEXT, {"type": "integer"}, {"type": ["string", "null"]}),
            "id, author, time and form of each operation that a value comes from",
        ),
        "values": listing(
            array(TEXT, VALUE, COUNT, further=listing(TEXT)),
            "path, value, index into ops; of a removal also the ids that it has seen",
        ),
        "missing": listing(array(TEXT, TEXT), "path and operation of what was replaced before it arrived"),
        "in": listing(TEXT, "the villages that list it"),
    },
}
ENTRY: Final[JsonSchema] = {
    "oneOf": [
        DOCUMENT,
        array(
            TEXT, TEXT, further=TEXT, about="record, digest and villages, where the device can tell the rest"
        ),
    ]
}
RECORDS: Final = listing(ENTRY)
LEFT: Final = listing(array(TEXT, TEXT, about="village, record"))
ERASED: Final = listing(array(TEXT, further=TEXT, about="record, or record and the path of a member in it"))
DIGESTS: Final = listing(array(TEXT, TEXT, about="record, digest"))
VERDICT: Final[JsonSchema] = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"enum": ["ok", "held", "void"]}, "code": TEXT, "message": TEXT},
}
DECISIONS: Final = listing(array(TEXT, VERDICT, about="operation, verdict"))
