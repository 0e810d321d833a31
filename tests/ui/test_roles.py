"""Who may do what: rules, and the pages that each role sees."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coverage.errors import InputError
from coverage.ui import roles
from coverage.ui.roles import Rules, may, read_rules, role_of

ROOT = Path(__file__).parents[2]
RULES = Rules(view=("*@canlian.example",), plan=("wang@canlian.example",), administer=("admin@canlian.example",))


@pytest.mark.parametrize(("email", "role"), [
    ("li@canlian.example", "view"), ("wang@canlian.example", "plan"), ("Wang@Canlian.example", "plan"),
    ("admin@canlian.example", "administer"), ("li@canlian.example.evil", None), ("x@evil@canlian.example.", None),
    ("", None), (None, None), (7, None)])
def test_the_highest_role_that_names_the_login(email, role):
    assert role_of({"email": email}, RULES) == role


def test_an_unverified_address_names_nobody():
    assert role_of({"email": "admin@canlian.example", "email_verified": False}, RULES) is None


def test_groups_of_the_login_may_name_it():
    rules = Rules(claim="groups", plan=("规划处",))
    assert role_of({"groups": ["办公室", "规划处"], "email": "x"}, rules) == "plan"
    assert role_of({"groups": []}, rules) is None


def test_each_role_may_what_the_lower_ones_may():
    assert [[may(needed, role) for needed in roles.ROLES] for role in roles.ROLES] == [
        [True, False, False], [True, True, False], [True, True, True]]


def test_a_wrong_file_lets_nobody_in(tmp_path):
    path = tmp_path / "roles.toml"
    with pytest.raises(InputError, match="没有人能进入"):
        read_rules(path)
    for text in ("view = 1", "wiev = []", "view = ['']", "view ="):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError):
            read_rules(path)


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Opens the app on a server with login for somebody with these claims."""
    path = tmp_path / "roles.toml"
    path.write_text('view = ["*@canlian.example"]\nplan = ["wang@canlian.example"]\nadminister = ["admin@*"]', "utf-8")
    monkeypatch.setenv("COVERAGE_ROLES", str(path))

    def open_as(claims: dict | None) -> AppTest:
        monkeypatch.setattr(roles, "logged_in", lambda: claims)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.secrets["auth"] = {"redirect_uri": "x"}
        return app.run()

    return open_as


def test_nobody_sees_anything_before_the_login(shared):
    app = shared(None)
    assert [header.value for header in app.header] == ["请先登录"]
    assert not app.sidebar.selectbox and not app.dataframe and not app.error and not app.exception


def test_a_stranger_sees_nothing_after_it(shared):
    app = shared({"email": "x@elsewhere.example"})
    assert [header.value for header in app.header] == ["没有权限"] and not app.sidebar.selectbox


@pytest.mark.parametrize(("email", "plans", "administers"), [
    ("li@canlian.example", False, False), ("wang@canlian.example", True, False), ("admin@x.example", True, True)])
def test_each_role_gets_its_pages(shared, email, plans, administers):
    app = shared({"email": email})
    assert app.header[0].value == "覆盖地图" and not app.exception
    pages = ROOT / "coverage" / "ui" / "pages"
    app.switch_page(str(pages / "gap_list.py")).run()
    assert any(button.label == "记入豁免" for button in app.button) == plans
    for name, allowed in (("siting", plans), ("administer", administers)):
        if allowed:
            app.switch_page(str(pages / f"{name}.py")).run()
            assert app.header[0].value == {"siting": "选址", "administer": "管理"}[name]
        else:
            with pytest.raises(ValueError, match="navigation page"):  # there is no such page for them
                app.switch_page(str(pages / f"{name}.py"))


def test_on_ones_own_computer_nobody_logs_in():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert app.header[0].value == "覆盖地图" and not app.exception
    assert not any("退出登录" in button.label for button in app.button)
