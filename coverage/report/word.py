"""Write a report as a Word file that an office can send on.

Takes a `Paper`; gives the bytes of a docx, the same for the same paper.
"""

from __future__ import annotations

import io

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Twips
from docx.table import Table

from coverage.report.paper import Grid, Heading, Paper, Paragraph, Picture, numbered
from coverage.report.steady_zip import EPOCH, unzipped, zipped
from coverage.report.word_style import BODY_MM, dress
from coverage.report.words import one_line, width

_TWIPS_A_MM = 1440 / 25.4
_LINE_LETTERS = 82
"""So many letters (a Chinese character is two) of a table's type stand side by side on a line."""

_EDGE_LETTERS = 2
_TITLE_LETTERS = 38


def word_bytes(paper: Paper) -> bytes:
    """The paper as docx: A4, the margins, type and headings of GB/T 9704, page numbers at the outer edge."""
    document = docx.Document()
    dress(document)
    _properties(document, paper.title)
    one = width(paper.title) <= _TITLE_LETTERS
    for line in [paper.title] if one else paper.title_lines:
        _add(document, line, "Title" if line == paper.title_lines[0] or one else "Title Again")
    _add(document, paper.mark, "Subtitle")
    for part in numbered(paper.parts):
        if isinstance(part, Heading):
            _add(document, part.text, f"Heading {part.level}")
        elif isinstance(part, Paragraph):
            _add(document, part.text, "Normal")
        elif isinstance(part, Grid):
            _grid(document, part)
        else:
            _picture(document, part)
    raw = io.BytesIO()
    document.save(raw)
    return zipped(unzipped(raw.getvalue()))


def _properties(document: Document, title: str) -> None:
    about = document.core_properties
    about.title, about.language = one_line(title), "zh-CN"
    about.author = about.last_modified_by = about.comments = about.keywords = about.subject = ""
    about.created = about.modified = EPOCH
    about.revision = 1


def _add(document: Document, text: str, style: str):
    return document.add_paragraph(one_line(text), style=style)


def _picture(document: Document, part: Picture) -> None:
    """A picture with its caption below, and what it shows in words for those who can't see it."""
    paragraph = document.add_paragraph(style="Picture")
    shape = paragraph.add_run().add_picture(io.BytesIO(part.png), width=Mm(part.width_mm))
    about = shape._inline.docPr
    about.set("descr", one_line(part.alt))
    about.set("title", one_line(part.caption))
    _add(document, part.caption, "Caption")


def _grid(document: Document, part: Grid) -> None:
    """A table under its caption, its head repeated on every page, with what it rests on below."""
    _add(document, part.caption, "Caption").paragraph_format.keep_with_next = True
    table = document.add_table(rows=1 + len(part.frame), cols=part.frame.shape[1], style="Table Grid")
    _describe(table, part)
    _lay_out(table, part)
    rows = [list(part.frame.columns), *part.frame.to_numpy(dtype=object).tolist()]
    for number, (row, values) in enumerate(zip(table.rows, rows, strict=True)):
        kept = parse_xml(f"<w:trPr {nsdecls('w')}><w:cantSplit/>{'' if number else '<w:tblHeader/>'}</w:trPr>")
        row._tr.insert(0, kept)
        for cell, header, value in zip(row.cells, part.frame.columns, values, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles["Table Text" if number else "Table Head"]
            paragraph.add_run(one_line(value))
            if number and header in part.numeric:
                paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:jc {nsdecls("w")} w:val="right"/>'))
            if not number:
                _shade(cell)
    _add(document, part.note, "Table Note")


def _describe(table: Table, part: Grid) -> None:
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    for name, text in (("tblCaption", part.caption), ("tblDescription", part.summary)):
        element = parse_xml(f'<w:{name} {nsdecls("w")}/>')
        element.set(qn("w:val"), one_line(text))
        properties.append(element)
    if look is not None:
        properties.remove(look)


def _lay_out(table: Table, part: Grid) -> None:
    """Columns as wide as what they hold; where that is too much, the widest give way and wrap."""
    wanted = [_EDGE_LETTERS + max([-(-width(header) // 2), *(width(value) for value in part.frame[header])])
              for header in part.frame.columns]
    letters = shared_out(wanted, _LINE_LETTERS)
    table.autofit = False
    total = BODY_MM * _TWIPS_A_MM
    twips = [round(total * share / sum(letters)) for share in letters]
    for column, share in zip(table.columns, twips, strict=True):
        column._gridCol.set(qn("w:w"), str(share))
    size = table._tbl.tblPr.find(qn("w:tblW"))
    size.set(qn("w:w"), str(sum(twips)))
    size.set(qn("w:type"), "dxa")
    for row in table.rows:
        for cell, share in zip(row.cells, twips, strict=True):
            cell.width = Twips(share)


def shared_out(wanted: list[int], room: int) -> list[float]:
    """Widths that fit into `room`: everyone up to one same cap, which is as high as fits."""
    if sum(wanted) <= room:
        return [float(share) for share in wanted]
    left, rest = float(room), sorted(wanted)
    while rest and rest[0] <= left / len(rest):
        left -= rest.pop(0)
    return [min(float(share), left / len(rest)) for share in wanted]


def _shade(cell) -> None:
    cell._tc.get_or_add_tcPr().append(parse_xml(
        f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="E7E6E6"/>'))
