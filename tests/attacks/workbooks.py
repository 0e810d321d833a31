"""Make hostile workbooks: entities, outside links, far-off cells, formulas, scripts in names."""

import io
import zipfile

import openpyxl

from tests.attacks.attack import Attack

_HEAD = ["机构名称", "机构类型", "乡镇", "经度", "纬度"]
_ROW = ["甲", "托养机构", "会师镇", 105.0, 35.7]


def attacks(url: str) -> list[Attack]:
    return [*_entities(url), *_sheets(), *_contents()]


def _workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows or (_HEAD, _ROW):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with(changes: dict) -> bytes:
    """A good workbook with members replaced (by text) or changed (by a function of the text)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            change = changes.get(name)
            old = good.read(name)
            bad.writestr(name, change(old) if callable(change) else old if change is None else change)
        for name in changes.keys() - set(good.namelist()):
            bad.writestr(name, changes[name])
    return out.getvalue()


def _after_declaration(text: str):
    def change(old: bytes) -> bytes:
        body = old.split(b"?>", 1)[1] if old.startswith(b"<?xml") else old
        return b"<?xml version='1.0' encoding='UTF-8'?>" + text.encode() + body
    return change


def _entities(url: str) -> list[Attack]:
    laughs = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 10))
    doctypes = {
        "a billion laughs": f"<!DOCTYPE x [<!ENTITY l0 'ha'>{laughs}]>",
        "a quadratic bomb": f"<!DOCTYPE x [<!ENTITY a '{'a' * 100_000}'>]>",
        "a local file": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "an address": f"<!DOCTYPE x [<!ENTITY a SYSTEM '{url}'>]>",
        "an outside DTD": f"<!DOCTYPE x SYSTEM '{url}/a.dtd'>",
        "a parameter entity": f"<!DOCTYPE x [<!ENTITY % a SYSTEM '{url}'> %a;]>",
    }
    members = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml")
    found = [Attack(f"{title} in {member}", "institutions", "机构.xlsx", _with({member: _after_declaration(text)}))
             for title, text in doctypes.items() for member in members]
    utf16 = _with({"xl/worksheets/sheet1.xml": lambda old: old.decode().encode("utf-16")})
    return [*found, Attack("a sheet in UTF-16", "institutions", "机构.xlsx", utf16)]


def _sheet(cells: str) -> bytes:
    text = (f"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{cells}"
            "</sheetData></worksheet>")
    return _with({"xl/worksheets/sheet1.xml": text})


def _sheets() -> list[Attack]:
    cells = {
        "a cell at the far corner": "<row r='1'><c r='A1'><v>1</v></c></row>"
                                    "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        "a far cell in the first row": "<row r='1'><c r='A1048576'><v>1</v></c><c r='XFD1'><v>1</v></c></row>",
        "a far cell with blanks in its attribute": "<row r = '1'><c r = 'XFD1048576'><v>1</v></c></row>",
        "a row beyond all": "<row r='99999999999999999999'><c r='A99999999999999999999'><v>1</v></c></row>",
        "a column beyond all": "<row r='1'><c r='ZZZZZZZZ1'><v>1</v></c></row>",
        "shared strings that are not there": "<row r='1'><c r='A1' t='s'><v>999999999</v></c></row>",
        "tags 20,000 deep": "<row r='1'><c r='A1'>" + "<v>" * 20_000 + "</v>" * 20_000 + "</c></row>",
        "tags that don't close": "<row r='1'><c r='A1'><v>1",
        "a date beyond all": "<row r='1'><c r='A1' t='d'><v>99999-99-99T99:99</v></c></row>",
        "a number beyond all": f"<row r='1'><c r='A1'><v>{'9' * 100_000}</v></c></row>",
    }
    found = [Attack(f"{title}", "institutions", "机构.xlsx", _sheet(text)) for title, text in cells.items()]
    no_sheet = _with({"xl/worksheets/sheet1.xml": b""})
    no_book = _with({"xl/workbook.xml": b"\xff\xfe\x00"})
    return [*found, Attack("an empty sheet member", "institutions", "a.xlsx", no_sheet),
            Attack("a broken workbook member", "institutions", "a.xlsx", no_book),
            Attack("150 sheets", "institutions", "a.xlsx", _many_sheets()),
            Attack("600 columns", "institutions", "a.xlsx", _workbook([*_HEAD, *map(str, range(600))], _ROW))]


def _many_sheets() -> bytes:
    book = openpyxl.Workbook()
    for _ in range(150):
        book.create_sheet()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _contents() -> list[Attack]:
    names = {
        "a command formula as text": "=cmd|'/C calc'!A0", "a link formula": '=HYPERLINK("http://127.0.0.1","x")',
        "a plus formula": "+SUM(1,2)", "a minus formula": "-cmd|'/C calc'!A0", "an at formula": "@SUM(1,2)",
        "a script": "<script>alert(1)</script>", "an image": "<img src=x onerror=alert(1)>",
        "a template string": "${alert(1)}", "a Jinja template": "{{ 7*7 }}",
        "a JavaScript address": "javascript:alert(1)",
    }
    found = []
    for title, name in names.items():
        csv = ",".join(_HEAD) + '\n"' + name.replace('"', '""') + '",托养机构,会师镇,105.0,35.7\n'
        found.append(Attack(f"{title} in a name", "institutions", "机构.csv", csv.encode()))
    formula = _workbook(_HEAD, ["=WEBSERVICE(\"http://127.0.0.1\")", *_ROW[1:]])
    return [*found, Attack("a formula that was never computed", "institutions", "机构.xlsx", formula)]
