"""Write an empty template for a table: headers, drop-down lists, notes and one example row."""

from __future__ import annotations

from io import BytesIO

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from coverage.intake.typed import EXAMPLE_MARK
from coverage.schema import TABLES, Column

_FILL = PatternFill("solid", fgColor="DDEBF7")
_ROWS = 5_000  # rows that the drop-down lists and text formats reach
_EXAMPLES = {
    "township_code": "620422100", "township": "会师镇", "nbs_code": "620422100", "pop": 114130, "area_km2": 203.6,
    "lon": 105.04858, "lat": 35.69196, "village_code": "620422100001", "village": "东山根社区", "category": "肢体",
    "severity": "重度", "age_band": "18-59", "people": 12, "site_id": "1", "demand_id": "1", "name": "某某机构",
    "service_type": "残疾人之家", "capacity": 20, "standardised": "是", "public_benefit": "是", "opened_year": 2019,
    "state": "运营", "cost_wan": 80, "role": "候选", "basis": EXAMPLE_MARK,
    "record_id": "1", "goal_id": "home-coverage", "unit_code": "620422100", "reason": "整乡搬迁", "who": "市残联",
    "date": "2024-05-01", "document": "两镇共享服务协议",
    "way": "流动服务日", "provider": "县残联",
    "content": "走访探视", "days_per_year": 12, "year": 2024, "value": 0.85, "source": "年度统计表",
    "old_code": "620422201",
}


def template_workbook(kind: str) -> bytes:
    """An xlsx that intake reads without an error: columns of schema.TABLES[kind], required ones marked with *."""
    table = TABLES[kind]
    book = openpyxl.Workbook()
    page = book.active
    page.title = table.title.replace("/", "、")
    page.freeze_panes = "A2"
    for position, column in enumerate(table.columns, start=1):
        letter = get_column_letter(position)
        head = page.cell(1, position, column.header + ("*" if column.required else ""))
        head.font, head.fill = Font(bold=True), _FILL
        if note := _note(column):
            head.comment = Comment(note, "模板")
        page.column_dimensions[letter].width = max(12, 2.2 * len(column.header) + 4)
        page.cell(2, position, _EXAMPLES.get(column.name)).font = Font(italic=True, color="808080")
        if column.kind in ("code", "text"):
            for row in range(2, 200):
                page.cell(row, position).number_format = "@"
        _add_list(page, column, letter)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _note(column: Column) -> str:
    parts = [
        "必填" if column.required else "",
        f"单位：{column.unit}" if column.unit else "",
        f"位数：{' 或 '.join(map(str, column.digits))}" if column.digits else "",
        f"可填：{'、'.join(column.choices)}" if column.choices else "",
        column.note,
    ]
    return "\n".join(filter(None, parts))


def _add_list(page, column: Column, letter: str) -> None:
    choices = ("是", "否") if column.kind == "bool" else column.choices
    if not choices:
        return
    chooser = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    chooser.error, chooser.errorTitle = f"可填：{'、'.join(choices)}", column.header
    page.add_data_validation(chooser)
    chooser.add(f"{letter}2:{letter}{_ROWS}")
