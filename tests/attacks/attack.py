"""Name one hostile file: what it is, what it pretends to be, and its bytes."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attack:
    """`kind` is what the user uploads it as (see the intake command); `name` is the file's name."""

    title: str
    kind: str
    name: str
    data: bytes = field(repr=False)
