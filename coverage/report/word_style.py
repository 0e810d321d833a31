"""Give a Word file the page, fonts and styles of an office's paper (GB/T 9704-2012 党政机关公文格式).

Takes a python-docx document made from its own template; gives nothing, the document is changed.
Lengths are in millimetres and type sizes in points until they are written.
"""

from __future__ import annotations

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
"""天头 37、订口 28，版心 156 × 225（5.2.1）."""

BODY_MM = 210 - LEFT_MM - RIGHT_MM
FOOTER_MM = 25
"""The page number's dash then stands 7 mm below the text (7.5)."""

LINE_PT = 28.95
"""22 lines on a page of 225 mm (5.2.3)."""

SIZE_2, SIZE_3, SIZE_4, SIZE_S4, SIZE_5 = 22, 16, 14, 12, 10.5
"""二号、三号、四号、小四、五号."""

FONTS = {
    "方正小标宋简体": ("小标宋", "方正小标宋_GBK", "宋体", "SimSun"),
    "仿宋_GB2312": ("仿宋", "FangSong"),
    "楷体_GB2312": ("楷体", "KaiTi"),
    "黑体": ("SimHei",),
    "宋体": ("SimSun",),
}
"""Each font and those that may stand in where it isn't installed, as the file's font table says them."""

LATIN = "Times New Roman"
TITLE, SONG, HEI, KAI, FANG = "方正小标宋简体", "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312"

_STYLES_WITH_EFFECTS = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_BODY = '<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>'
_EXACT = f'<w:spacing w:before="0" w:after="0" w:line="{LINE_PT * 20:.0f}" w:lineRule="exact"/>'
_LOOSE = '<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
_FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_OFF_GRID = '<w:snapToGrid w:val="0"/>'


def dress(document: Document) -> None:
    """Set everything but the content."""
    _styles(document)
    _font_table(document)
    _settings(document)
    _page(document)
    _page_numbers(document)
    for unused in (RELATIONSHIP_TYPE.CUSTOM_XML, _STYLES_WITH_EFFECTS):
        _drop(document.part.rels, unused)
    for unused in (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES):
        _drop(document.part.package.rels, unused)


def _drop(rels, reltype: str) -> None:
    for key in [key for key, rel in rels.items() if rel.reltype == reltype]:
        del rels[key]


def _styles(document: Document) -> None:
    """Replace the template's styles, which are made for English, by these few."""
    root = document.styles.element
    for child in list(root):
        root.remove(child)
    for xml in (_defaults(), *_paragraph_styles(), *_OTHER_STYLES):
        root.append(parse_xml(xml))


def _defaults() -> str:
    return (f'<w:docDefaults {nsdecls("w")}><w:rPrDefault><w:rPr>{_fonts(FANG)}<w:sz w:val="32"/><w:szCs w:val="32"/>'
            '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>")


def _fonts(east_asian: str) -> str:
    return (f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{east_asian}" w:cs="{LATIN}" '
            'w:hint="eastAsia"/>')


def _style(style_id: str, name: str, *, paragraph: str = "", font: str = "", size: float = 0, bold: bool = False,
           based: str = "Normal", following: str = "", default: bool = False) -> str:
    run = (_fonts(font) if font else "") + ("<w:b/><w:bCs/>" if bold else "")
    run += f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>' if size else ""
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:default="{default:d}" w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/>' + (f'<w:basedOn w:val="{based}"/>' if not default else "")
        + (f'<w:next w:val="{following}"/>' if following else "") + "<w:qFormat/>"
        + f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>")


def _paragraph_styles() -> list[str]:
    keep, centre = "<w:keepNext/><w:keepLines/>", '<w:jc w:val="center"/>'
    small = _OFF_GRID + _LOOSE.format(before=0, after=0) + _FLUSH

    def level(number: int) -> str:
        return f'<w:outlineLvl w:val="{number - 1}"/>'

    return [
        _style("Normal", "Normal", paragraph=_EXACT + _BODY, font=FANG, size=SIZE_3, default=True),
        _style("Title", "Title", font=TITLE, size=SIZE_2, following="Normal",
               paragraph='<w:keepNext/><w:spacing w:before="579" w:after="0" w:line="700" w:lineRule="exact"/>'
               + _FLUSH + centre),
        _style("TitleAgain", "Title Again", font=TITLE, size=SIZE_2, following="Normal",
               paragraph='<w:keepNext/><w:spacing w:before="0" w:after="0" w:line="700" w:lineRule="exact"/>'
               + _FLUSH + centre),
        _style("Subtitle", "Subtitle", font=KAI, size=SIZE_3, following="Normal",
               paragraph=f'<w:spacing w:before="0" w:after="579" w:line="{LINE_PT * 20:.0f}" w:lineRule="exact"/>'
               + _FLUSH + centre),
        _style("Heading1", "heading 1", font=HEI, paragraph=keep + _EXACT + _BODY + level(1), following="Normal"),
        _style("Heading2", "heading 2", font=KAI, paragraph=keep + _EXACT + _BODY + level(2), following="Normal"),
        _style("Heading3", "heading 3", font=FANG, bold=True, paragraph=keep + _EXACT + _BODY + level(3),
               following="Normal"),
        _style("Caption", "caption", font=HEI, size=SIZE_S4, following="Normal",
               paragraph="<w:keepLines/>" + _OFF_GRID + _LOOSE.format(before=120, after=60) + _FLUSH + centre),
        _style("Picture", "Picture", paragraph="<w:keepNext/>" + _OFF_GRID + _LOOSE.format(before=120, after=0)
               + _FLUSH + centre, following="Caption"),
        _style("Cell", "Table Text", font=FANG, size=SIZE_5, paragraph=small + '<w:jc w:val="left"/>'),
        _style("Head", "Table Head", font=HEI, size=SIZE_5, based="Cell", paragraph="<w:keepNext/>" + centre),
        _style("Note", "Table Note", font=FANG, size=SIZE_5,
               paragraph=_OFF_GRID + _LOOSE.format(before=40, after=160) + _FLUSH + '<w:jc w:val="left"/>'),
        _style("Footer", "footer", font=SONG, size=SIZE_4, paragraph=small),
    ]


_OTHER_STYLES = (
    f'<w:style {nsdecls("w")} w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/></w:style>',
    f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="28" w:type="dxa"/>'
    '<w:left w:w="70" w:type="dxa"/><w:bottom w:w="28" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>",
    f'<w:style {nsdecls("w")} w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    + "".join(f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
              for side, size in (("top", 8), ("left", 4), ("bottom", 8), ("right", 4), ("insideH", 4), ("insideV", 4)))
    + "</w:tblBorders></w:tblPr></w:style>",
)


def _font_table(document: Document) -> None:
    """Name each font with its stand-ins, which Word takes in their order."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/>'
        f'<w:family w:val="auto"/></w:font>' for name, others in FONTS.items())
    latin = f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/></w:font>'
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}{latin}'
                  "</w:fonts>").encode()


def _settings(document: Document) -> None:
    """Odd and even pages differ; Chinese is the language, English that of figures and letters; Word 2013 or later."""
    root = document.settings.element
    for name in ("w:rsids", "w:savePreviewPicture", "w:proofState", "w:shapeDefaults"):
        for element in root.findall(qn(name)):
            root.remove(element)
    document.settings.odd_and_even_pages_header_footer = True
    root.find(qn("w:themeFontLang")).attrib.update({qn("w:val"): "en-US", qn("w:eastAsia"): "zh-CN"})
    zoom = root.find(qn("w:zoom"))
    zoom.attrib.pop(qn("w:val"), None)
    zoom.set(qn("w:percent"), "100")
    for setting in root.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(15), Mm(FOOTER_MM)
    root = section._sectPr
    for grid in root.findall(qn("w:docGrid")):
        root.remove(grid)
    root.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{LINE_PT * 20:.0f}"/>'))


def _page_numbers(document: Document) -> None:
    """“— 1 —” at the outer edge, one character in: right on odd pages, left on even ones (7.5)."""
    section = document.sections[0]
    for footer, side, jc in ((section.footer, "right", "right"), (section.even_page_footer, "left", "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles["footer"]
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:ind {nsdecls("w")} w:{side}Chars="100" w:{side}="280"/>'))
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{jc}"/>'))
        for text in ("— ", None, " —"):
            inner = f'<w:t xml:space="preserve">{text}</w:t>' if text else "<w:t>1</w:t>"
            run = f'<w:r>{inner}</w:r>'
            xml = run if text else f'<w:fldSimple w:instr=" PAGE ">{run}</w:fldSimple>'
            paragraph._p.append(parse_xml(xml.replace(">", f' {nsdecls("w")}>', 1)))
