"""Show the place where files are dropped, what each seems to be and what came of it; offer templates and marked
copies."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from coverage.errors import CoverageError
from coverage.intake import AreasIntake, Intake, Roads
from coverage.intake.elevation import Elevation
from coverage.intake.guess import PROJECT, ROADS, SEVERAL, TITLES, WORDINGS, Piece
from coverage.intake.manifest import ELEVATION
from coverage.intake.marked import mark_workbook
from coverage.intake.source import Source
from coverage.intake.template import template_workbook
from coverage.intake.wordings import bundled_wordings
from coverage.schema import TABLES
from coverage.ui.dropped import CRS, LAYERS, SKIP, Dropped, pieces_of, read_as
from coverage.ui.road_box import road_box
from coverage.ui.texts import literal
from coverage.ui.widgets import XLSX

ENDINGS = ["xlsx", "xls", "csv", "geojson", "json", "gpkg", "zip", "kml", "fgb", "pbf", "osm", "gz", "bz2", "hgt",
           "toml"]


def uploader(key: str) -> list:
    """Where files are dropped, and the blank templates; gives the files."""
    chinese_uploader()
    files = st.file_uploader(
        "把文件拖到这里，可以一次放几个", type=ENDINGS, accept_multiple_files=True, key=f"drop_{key}",
        help="表格：xlsx、xls、csv。边界、河流：GeoPackage、GeoJSON、KML、FlatGeobuf、打包成 zip 的 shapefile。"
             "道路：OpenStreetMap 的 .osm.pbf，或道路图层。高程：SRTM 的 .hgt 或其 zip。规划目标：.toml。")
    with st.popover("下载空白模板", icon=":material/download:"):
        templates()
    return files


def chinese_uploader() -> None:
    """Put the uploader's own English words into Chinese; which files it takes its help says."""
    st.html("""<style>
        [data-testid=stFileUploaderDropzoneInstructions] { display: none; }
        [data-testid=stFileUploaderDropzone] button p { font-size: 0; }
        [data-testid=stFileUploaderDropzone] button p::after { content: "选择文件"; font-size: 1rem; }
    </style>""")


def sort_out(files: list, key: str) -> list[Dropped]:
    """A box for each file: what it seems to be, for the user to put right; gives what is to be used."""
    dropped, wordings = [], _wordings(files)
    for file in files:
        with st.container(border=True, gap="xsmall"):
            dropped += _file(file.name, file.getvalue(), f"{key}_{file.file_id}", wordings)
    return _once(dropped)


def _wordings(files: list) -> pd.DataFrame | None:
    """The user's own table of wordings, where one was dropped in: it tells how the others are read."""
    for file in files:
        source, pieces = pieces_of(file.name, file.getvalue())
        if not isinstance(pieces, CoverageError) and any(piece.kind == WORDINGS for piece in pieces):
            came = read_as(source, pieces[0], WORDINGS, key="").came
            return None if isinstance(came, CoverageError) else came
    return None


def templates() -> None:
    """A blank workbook of each table, with drop-down lists and one example row."""
    kind = st.selectbox("哪一种表", list(TABLES), format_func=TITLES.get, key="template_kind")
    st.download_button("下载", lambda: template_workbook(kind), f"{TITLES[kind]}模板.xlsx", mime=XLSX, type="primary")
    st.download_button("下载词语对照表", lambda: bundled_wordings().to_csv(index=False).encode("utf-8-sig"),
                       "词语对照.csv", mime="text/csv",
                       help="本地叫法和机构类型等的对照：加上自己的行，和其他文件一起放进来")


def _file(name: str, data: bytes, key: str, wordings: pd.DataFrame | None) -> list[Dropped]:
    source, pieces = pieces_of(name, data)
    if isinstance(pieces, CoverageError):
        st.markdown(f"**{literal(name)}**")
        st.error(f"不能用：{literal(pieces.what)}。{literal(pieces.todo)}", icon=":material/block:")
        return []
    chosen = [_piece(source, piece, f"{key}_{number}", wordings, first=number == 0)
              for number, piece in enumerate(pieces)]
    return [one for one in chosen if one is not None]


def _piece(source: Source, piece: Piece, key: str, wordings: pd.DataFrame | None, *, first: bool) -> Dropped | None:
    """What one sheet or layer is to be used as, and what came of it, in a row."""
    name, chooser, outcome = st.columns([4, 3, 5], vertical_alignment="center")
    told = [f"**{literal(source.name)}**"] if first else []
    told += [literal(piece.name)] if piece.name else []
    name.markdown("　".join([*told, *([f"{piece.rows:,} 行"] if piece.rows else [])]))
    options = [SKIP, *piece.kinds]
    kind = chooser.selectbox(f"{source.name} {piece.name} 当作", options, key=f"as_{key}",
                             index=options.index(piece.kind) if piece.kind else 0, label_visibility="collapsed",
                             format_func=lambda kind: f"当作 {TITLES[kind]}" if kind in TITLES else kind)
    if kind == SKIP:
        unknown = "没有认出是哪一种表：请选一种，或对照空白模板改表头。"
        outcome.markdown(f":small[{unknown if piece.kind is None else '不读入。'}]")
        return None
    columns = road_box(piece.fields, key) if kind == ROADS and piece.fields else None
    dropped = read_as(source, piece, kind, key=key, crs=st.session_state.get(f"crs_{key}", ""),
                      repair=st.session_state.get(f"repair_{key}", False), columns=columns, wordings=wordings,
                      whose=_whose(source, key) if kind == ELEVATION else "")
    with outcome:
        _outcome(dropped)
    _consent(dropped)
    return dropped


def _whose(source: Source, key: str) -> str:
    """Where the heights come from: no file of them says it, and every report does."""
    return st.text_input(f"{source.name} 的来源", key=f"source_{key}", max_chars=60,
                         placeholder="高程的来源，例如 NASA SRTM 3 弧秒", label_visibility="collapsed").strip()


def _outcome(dropped: Dropped) -> None:
    came = dropped.came
    if dropped.failed:
        st.error(f"{literal(came.what)}。{literal(came.todo)}", icon=":material/block:")
    elif isinstance(came, Intake | AreasIntake):
        bad = f":material/error: **{came.refused:,} 行不能用**"
        sign = bad if came.refused else ":material/check_circle: 全部采用"
        st.markdown(f"读到 {came.read:,} 行，采用 {came.used:,} 行。{sign}")
    elif isinstance(came, Roads):
        st.markdown(f":material/check_circle: {len(came.ways):,} 条道路")
    elif isinstance(came, Elevation):
        st.markdown(f":material/check_circle: 图幅 {'、'.join(came.names)}")
    elif dropped.kind == PROJECT:
        st.info("这是一个整个的项目：请在“开始”页打开。", icon=":material/info:")
    else:
        st.markdown(":material/check_circle: 已读入")


def _consent(dropped: Dropped) -> None:
    """What only the user can know or allow of a layer."""
    unknown = dropped.failed is not None and "坐标系" in dropped.failed.what
    if dropped.kind in LAYERS and (unknown or st.session_state.get(f"crs_{dropped.key}")):
        st.selectbox("图层的坐标系", list(CRS), format_func=CRS.get, key=f"crs_{dropped.key}")
    broken = isinstance(dropped.came, AreasIntake) and (dropped.came.problems["rule"] == "边界无效").any()
    if broken or st.session_state.get(f"repair_{dropped.key}"):
        st.checkbox("同意由程序修复无效的边界（面积变化超过 1% 的不修）", key=f"repair_{dropped.key}")


def _once(dropped: list[Dropped]) -> list[Dropped]:
    """One of each kind but plans and heights; of two the user must choose."""
    seen: dict[str, str] = {}
    tiles: set[str] = set()
    kept = []
    for one in dropped:
        if isinstance(one.came, Elevation):
            if again := sorted(tiles & set(one.came.names)):
                st.warning(f"高程图幅 {'、'.join(again)} 放了两次：“{literal(one.title)}”没有用。",
                           icon=":material/warning:")
                continue
            tiles |= set(one.came.names)
        if one.kind in seen and one.kind not in SEVERAL:
            st.warning(f"“{literal(seen[one.kind])}”和“{literal(one.title)}”都当作{TITLES[one.kind]}：只用了前一个。"
                       "请把两张表合成一张，或把其中一个改为“不用”。", icon=":material/warning:")
            continue
        seen[one.kind] = one.title
        kept.append(one)
    return kept


def marked_copies(dropped: list[Dropped], intakes: dict) -> None:
    """Each file with problems as its user's own workbook, marked."""
    by_file: dict[str, tuple[Source, list[Intake]]] = {}
    for one in dropped:
        intake = intakes.get(one.kind)
        if isinstance(intake, Intake) and intake.problems["severity"].isin(["错误", "警告"]).any():
            by_file.setdefault(one.source.sha256, (one.source, []))[1].append(intake)
    if not by_file:
        return
    st.write("问题已经写在您自己的表里：有问题的格子涂了颜色，最后一列写着怎么改。改好以后再放进来。")
    with st.container(horizontal=True):
        for sha256, (source, told) in by_file.items():
            st.download_button(f"标好问题的 {literal(source.name)}", partial(mark_workbook, source, *told),
                               f"{source.name.rsplit('.', 1)[0]}_标注.xlsx", mime=XLSX, key=f"marked_{sha256}",
                               icon=":material/edit_note:")
