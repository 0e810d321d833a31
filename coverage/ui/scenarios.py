"""Keep the session's named scenarios: each a list of changes to the base. 现状 has none and always stands first.

The sidebar's conditions hold for all of them, so that they can be compared.
"""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from coverage.errors import CoverageError, ScenarioError
from coverage.study import Base, Change, Comparison, Scenario, compare, describe
from coverage.ui.state import base, changed_base, current_scenario, evaluation_of, opened

AS_IT_IS = "现状"
MOST = 20
LONGEST = 40
"""Letters of a name."""


def named() -> dict[str, tuple[Change, ...]]:
    """Every scenario of the session by name, in the order they were made; the opened file's own changes are one."""
    if "named" not in st.session_state:
        own = {_fresh(opened().title[:LONGEST], {AS_IT_IS}): opened().changes} if opened().changes else {}
        st.session_state["named"] = {AS_IT_IS: (), **own}
        st.session_state["chosen"] = list(st.session_state["named"])[-1]
    return st.session_state["named"]


def chosen() -> str:
    """The name of the scenario that every page shows."""
    return st.session_state["chosen"] if named().get(st.session_state.get("chosen")) is not None else AS_IT_IS


def choose(name: str) -> None:
    """Show that one; a change of the former one that was being edited is let be."""
    st.session_state["chosen"] = name
    st.session_state.pop("draft_number", None)


def chooser(label: str, *, key: str, show=st.selectbox, **options) -> None:
    """A widget (selectbox, radio) to choose among the named scenarios; several may stand on a page."""
    st.session_state[key] = chosen()
    show(label, list(named()), key=key, on_change=lambda: choose(st.session_state[key]), **options)


def add(name: str, changes: tuple[Change, ...] = (), *, show: bool = True) -> None:
    """A new scenario, shown from now on unless told otherwise.

    Raises ScenarioError for a name that is empty, too long or taken.
    """
    if len(named()) >= MOST:
        raise ScenarioError(f"最多 {MOST} 个情景", todo="请先删去用不着的")
    st.session_state["named"] = {**named(), _checked(name): changes}
    if show:
        choose(name.strip())


def rename(name: str, other: str) -> None:
    if other.strip() != name:
        other = _checked(other)
        st.session_state["named"] = {other if one == name else one: changes for one, changes in named().items()}
        choose(other)


def remove(name: str) -> None:
    st.session_state["named"] = {one: changes for one, changes in named().items() if one != name}
    choose(AS_IT_IS)


def set_changes(name: str, changes: tuple[Change, ...]) -> None:
    """The scenario with other changes. Raises ScenarioError where they can't be made to the base."""
    changed_base(current_scenario().model_copy(update={"changes": changes, "title": name}))
    st.session_state["named"] = {**named(), name: changes}


def with_changes(scenario: Scenario, name: str) -> Scenario:
    """The scenario of that name under the conditions of `scenario`."""
    return scenario.model_copy(update={"changes": named()[name], "title": name})


def with_chosen(scenario: Scenario) -> Scenario:
    """The scenario's conditions with the changes of the chosen one, under its name; 现状 keeps the file's title."""
    name = chosen()
    return scenario.model_copy(update={"changes": named()[name]} | ({} if name == AS_IT_IS else {"title": name}))


def told(name: str) -> list[str]:
    """Its changes in words."""
    changes, region = named()[name], base().region
    with suppress(CoverageError):  # the page says so; the institutions that it opens then go by their ids
        region = base_with(name).region
    return [describe(change, region, base().roads) for change in changes]


def base_with(name: str, *, before: int | None = None) -> Base:
    """The base with the scenario's changes made, or those before the one with that index."""
    changes = named()[name][:before]
    return changed_base(current_scenario().model_copy(update={"changes": changes, "title": name}))


def free_name(like: str) -> str:
    return _fresh(like, set(named()))


def run_comparison(scenarios: tuple[Scenario, ...]) -> None:
    st.session_state["compared"] = (scenarios, compare([evaluation_of(scenario) for scenario in scenarios]))


def compared() -> tuple[tuple[Scenario, ...], Comparison] | None:
    """What was last compared, and the comparison; None before."""
    return st.session_state.get("compared")


def _checked(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST:
        raise ScenarioError(f"名称应为 1 至 {LONGEST} 个字")
    if name in named():
        raise ScenarioError(f"已有叫“{name}”的情景", todo="请换一个名称")
    return name


def _fresh(like: str, taken: set[str]) -> str:
    names = (like if number == 1 else f"{like[:LONGEST - 3]} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
