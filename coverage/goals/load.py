"""Read a plan: TOML text in, a checked Plan out, or one error that lists every mistake with its line."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal

from pydantic import ValidationError

from coverage.errors import PlanError
from coverage.goals.lines import key_lines, line_of
from coverage.goals.plan import Plan

_TODO = "改好后再试；各项写法见 scenarios/plans 下的例子"


def load_plan(text: str, *, where: str = "规划文件") -> Plan:
    """Check a plan's TOML `text` and give the Plan.

    `where` names the file in messages. Raises PlanError, whose `problems` is a list of
    (line, field, message), with every mistake at once and what is allowed instead.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _refusal([_syntax_problem(error)], where) from None
    lines = key_lines(text)
    problems = _repeated_ids(data, lines)
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        problems |= {_problem(mistake, data, lines) for mistake in error.errors() if not _echo(mistake)}
    if problems:
        raise _refusal(sorted(problems), where)
    return plan


def _repeated_ids(data: dict, lines: dict) -> set[tuple[int, str, str]]:
    goals = data.get("goal")
    ids = [goal.get("id") for goal in goals if isinstance(goal, dict)] if isinstance(goals, list) else []
    repeated = [(("goal", place, "id"), name) for place, name in enumerate(ids) if name and name in ids[:place]]
    return {(line_of(path, lines), _spoken(path, data), f"编号“{name}”与前面的目标重复") for path, name in repeated}


def _echo(mistake: dict) -> bool:
    """A list called too short only because its items were refused: each of those is told already."""
    return mistake["type"] == "too_short" and bool(mistake["input"])


def _refusal(problems: list[tuple[int, str, str]], where: str) -> PlanError:
    listing = "\n".join(f"  第 {line} 行  {field}：{message}" for line, field, message in problems)
    return PlanError(f"规划文件有 {len(problems)} 处错误\n{listing}", problems=problems, where=where, todo=_TODO)


def _syntax_problem(error: tomllib.TOMLDecodeError) -> tuple[int, str, str]:
    place = re.search(r"at line (\d+)", str(error))
    return (int(place[1]) if place else 1, "文件格式", f"不是合法的 TOML（{error}）")


def _problem(mistake: dict, data: dict, lines: dict) -> tuple[int, str, str]:
    path = _without_tags(mistake["loc"], data)
    return line_of(path, lines), _spoken(path, data), _message(mistake)


def _without_tags(loc: tuple, data: object) -> tuple:
    """Drop the names that pydantic puts into a path for the branch of a union."""
    path: tuple = ()
    for place, part in enumerate(loc):
        inside = isinstance(data, dict | list)
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            if place < len(loc) - 1 or not inside:
                continue
            data = None
        path += (part,)
    return path


def _spoken(path: tuple, data: dict) -> str:
    """goal 2「乡乡有机构」 units.kind"""
    if len(path) >= 2 and path[0] == "goal" and isinstance(path[1], int):
        goal = data["goal"][path[1]]
        title = goal.get("title") if isinstance(goal, dict) else None
        head = f"第 {path[1] + 1} 个目标" + (f"「{title}」" if title else "")
        return " ".join([head, _dotted(path[2:])]).strip()
    return _dotted(path) or "整个文件"


def _dotted(path: tuple) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


_MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项（可能拼错，或不属于这类目标）",
    "literal_error": "不能写“{input}”；可写：{expected}",
    "string_type": "应为文字，写在引号里",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "“{input}”不合规则：只用字母、数字、连字符",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字或百分数，例如 0.9 或 \"90%\"",
    "decimal_parsing": "应为数字或百分数，例如 0.9 或 \"90%\"",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "too_short": "至少要有一项",
    "tuple_type": "应为列表，写在方括号里",
    "list_type": "应为列表，写在方括号里",
    "model_type": "应为一张表",
    "model_attributes_type": "应为一张表",
    "union_tag_invalid": "不能写 kind = “{tag}”；可写：{expected_tags}",
    "union_tag_not_found": "缺少 kind（目标的种类）",
}


def _message(mistake: dict) -> str:
    if mistake["type"] == "value_error":
        return str(mistake["ctx"]["error"])
    pattern = _MESSAGES.get(mistake["type"])
    if pattern is None:
        return mistake["msg"]
    context = {key: _choices(value) for key, value in mistake.get("ctx", {}).items()}
    return pattern.format(**{"input": mistake["input"], **context})


def _choices(value: object) -> str:
    """'a', 'b' or 'c' → a、b、c"""
    return str(value).replace(" or ", ", ").replace("'", "").replace(", ", "、")
