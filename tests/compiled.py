"""Templates are compiled once a process of tests, not once an application."""

from __future__ import annotations

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """What Jinja made of the templates, for all applications of a process. The key is the name and the path of a
    template, and what was made of another source is not taken."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Only if its checksum is that of the source."""
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._made[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
