"""Read parts of a scenario file strictly: pydantic models in, every mistake of a file in Chinese words out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """A table of the file: unknown settings are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def mistakes(error: ValidationError) -> str:
    """Every mistake with its place, joined by ；."""
    return "；".join(f"{_place(item['loc'])}：{_said(item)}" for item in error.errors())


def _place(location: tuple) -> str:
    """Where in the file: service.type, changes 第 2 项.lon, without the kind that pydantic adds to a change's place."""
    names = [part for depth, part in enumerate(location) if not (location[0] == "changes" and depth == 2)]
    said = ""
    for name in names:
        said += f" 第 {name + 1} 项" if isinstance(name, int) else f".{name}" if said else name
    return said or "文件"


def _said(item: dict) -> str:
    kind, context = item["type"], item.get("ctx", {})
    words = {
        "extra_forbidden": "没有这个设置项",
        "missing": "缺少这一项",
        "literal_error": f"应为 {str(context.get('expected')).replace(' or ', ' 或 ')} 之一",
        "union_tag_invalid": f"kind 应为 {context.get('expected_tags')} 之一",
        "union_tag_not_found": "缺少 kind（哪一种变化）",
        "value_error": str(context.get("error", item["msg"])),
        "string_pattern_mismatch": '应为 1 至 40 个字，不含 \\ / : * ? " < > |（名称会用作文件名）',
        "string_too_short": "不能是空的",
        "string_too_long": f"不能超过 {context.get('max_length')} 个字",
        "too_short": f"至少要有 {context.get('min_length')} 个",
        "too_long": f"最多 {context.get('max_length')} 个",
        "greater_than": f"应大于 {context.get('gt')}",
        "greater_than_equal": f"不应小于 {context.get('ge')}",
        "less_than_equal": f"不应大于 {context.get('le')}",
        "finite_number": "应为有限的数",
        "tuple_type": "应为列表（用方括号）",
        "int_from_float": "应为整数",
    }
    return words.get(kind) or next((text for head, text in _TYPES.items() if kind.startswith(head)), item["msg"])


_TYPES = {"string": "应为文字（加引号）", "int": "应为整数", "float": "应为数字", "bool": "应为 true 或 false",
          "model": "应为一张小表（用花括号）", "path": "应为文件名"}
