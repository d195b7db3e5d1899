"""Templates of documents in the CRM: what a portal has, and what is placed there."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Template:
    """A template; `bindings` are entity types as the API writes them: `2`, `2_category_37`."""

    id: int
    name: str
    bindings: list[str]
    created_at: float  # unix seconds
    updated_at: float  # unix seconds
    active: bool = True
    deleted: bool = False  # documents made of it live on
    region: str = "en"
    code: str | None = None
    sort: int = 500


def first_templates(now: float) -> dict[int, Template]:
    """Every portal has these two."""
    names = {39: "Product demonstration implementation", 41: "Contract"}
    return {
        id_: Template(id=id_, name=name, bindings=["2_category_0"], created_at=now, updated_at=now)
        for id_, name in names.items()
    }
