"""The pages' templates as Jinja compiles them: once in each process instead of once in each app."""

from __future__ import annotations

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """Bytecode by the names of templates; Jinja compares it with what the template says now."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


def share_templates(app: Flask) -> None:
    """Has an app take from the others of this process what they have compiled."""
    app.jinja_env.bytecode_cache = _COMPILED
