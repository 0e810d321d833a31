"""Say who may do what on a shared server: the login's claims and roles.toml in, a role out.

Without [auth] in Streamlit's secrets nobody logs in, and whoever opens the app may do everything: it is their own
computer. With it (docs/shared-server.md), whom roles.toml doesn't name may do nothing.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coverage.errors import InputError

ROLES = VIEW, PLAN, ADMINISTER = ("view", "plan", "administer")
"""Each may do all that the ones before it may."""

TITLES = {VIEW: "查看", PLAN: "规划", ADMINISTER: "管理"}
FILE = Path(__file__).resolve().parents[2] / ".streamlit" / "roles.toml"
Names = tuple[Annotated[str, Field(min_length=1)], ...]


class Rules(BaseModel):
    """Who has which role, by a claim of the login: names, in which * stands for anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claim: str = "email"
    view: Names = ()
    plan: Names = ()
    administer: Names = ()


def read_rules(path: Path) -> Rules:
    """The rules in a TOML file. Raises InputError where it can't be read or says something else."""
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("读不到权限文件，没有人能进入", where=path.name, todo="请管理员放好这个文件") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise InputError("权限文件写得不对，没有人能进入", where=path.name,
                         todo="只能有 claim、view、plan、administer 四项，后三项是名单") from error


def role_of(claims: Mapping, rules: Rules) -> str | None:
    """The highest role that the rules give to a login; None where they don't name it.

    An e-mail that its provider says is not verified names nobody.
    """
    if rules.claim == "email" and claims.get("email_verified") is False:
        return None
    told = claims.get(rules.claim)
    told = told if isinstance(told, list | tuple) else [told]
    names = [name.casefold() for name in told if isinstance(name, str)]
    for role in reversed(ROLES):
        wanted = [pattern.casefold() for pattern in getattr(rules, role)]
        if any(fnmatchcase(name, pattern) for name in names for pattern in wanted):
            return role
    return None


def login_is_on() -> bool:
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def enter() -> str:
    """The role of whoever sits there; without one the page ends here, with the way to log in or out."""
    if not login_is_on():
        return ADMINISTER
    claims = logged_in()
    if claims is None:
        st.header("请先登录")
        st.write("这个软件只给本单位的人用。登录以后才能看到内容。")
        st.button("登录", type="primary", on_click=st.login)
        st.stop()
    role = role_of(claims, read_rules(Path(os.environ.get("COVERAGE_ROLES", FILE))))
    if role is None:
        st.header("没有权限")
        st.write("您已登录，但还没有得到使用权限。请联系管理员。")
        st.button("退出登录", on_click=st.logout)
        st.stop()
    return role


def may(needed: str, role: str) -> bool:
    return ROLES.index(role) >= ROLES.index(needed)


def logged_in() -> dict | None:
    """The login's claims; None for nobody."""
    return dict(st.user.to_dict()) if getattr(st.user, "is_logged_in", False) else None
