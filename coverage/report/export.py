"""Give a study's result files by kind, as bytes under their names.

Takes a `Study` and which kinds and edition are wanted; gives names and bytes, for a folder, a zip or a download.
The same study gives the same bytes (but for the date that LibreOffice writes into a PDF).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.errors import InputError
from coverage.report.files import Written, write_files
from coverage.report.folder import csv_bytes, explanation, json_bytes, study_workbook
from coverage.report.gis import geojson_files, layers_bytes, layers_of, study_layers
from coverage.report.map import map_html
from coverage.report.paper import Paper, Picture
from coverage.report.pdf import pdf_bytes
from coverage.report.pictures import study_pictures
from coverage.report.public import shown_tables
from coverage.report.public_paper import HIDING, public_paper
from coverage.report.public_study import public_manifest, public_pictures, public_study_sheets
from coverage.report.study_paper import WORKBOOK, study_paper
from coverage.report.tables import gap_table, times_table
from coverage.report.workbook import workbook_bytes
from coverage.study import Study

KINDS = {
    "excel": "Excel 工作簿", "word": "Word 报告", "pdf": "PDF 报告", "png": "PNG 地图和图表", "html": "地图网页",
    "csv": "CSV 表", "gpkg": "GeoPackage", "geojson": "GeoJSON",
}
USUAL = ("excel", "csv", "word", "png", "html", "gpkg")
REPORT = "评价报告.docx"


EDITIONS = {"internal": "内部版", "public": "公开版"}
NOT_PUBLIC = ("html",)
"""Kinds of which there is no public edition: a click on the map tells people by village."""


def write_folder(study: Study, folder: Path, *, kinds: Collection[str] = USUAL, edition: str = "internal") -> Written:
    """Write the files of these kinds into `folder`, made where it is missing; an earlier result there goes.

    Raises OutputError where the folder refuses; a file that is open in Excel gets the new one beside it.
    """
    return write_files(folder, result_files(study, kinds=kinds, edition=edition))


def result_files(study: Study, *, kinds: Collection[str] = USUAL, edition: str = "internal") -> dict[str, bytes]:
    """The files of these kinds, in the order of KINDS, and manifest.json, which says where every number came from.

    The edition `public` hides small counts of people and whatever would give them away, says 公开版 in every name,
    and leaves NOT_PUBLIC out. Raises OutputError where a PDF is asked for and LibreOffice can't make it, InputError
    where the public edition is asked for and no disabled people are known.
    """
    if edition == "public" and study.evaluation.region.people.empty:
        raise InputError("没有残疾人数据，没有需要隐去的人数", todo="直接用内部版即可")
    makers = _Public(study) if edition == "public" else _Internal(study)
    files = {name: content for kind in KINDS if kind in kinds for name, content in makers.of(kind).items()}
    return {makers.named(name): content for name, content in files.items()} | {
        "manifest.json": json_bytes(makers.manifest)}


class _Makers:
    """What each kind is made of; pictures and the report are made once where two kinds want them."""

    pictures: dict[str, Picture]
    paper: Paper
    layers: dict[str, gpd.GeoDataFrame]

    def __init__(self, study: Study) -> None:
        self.study = study

    def of(self, kind: str) -> dict[str, bytes]:
        make: Callable[[], dict[str, bytes]] = getattr(self, f"_{kind}")
        return make()

    @cached_property
    def report(self) -> bytes:
        from coverage.report.word import word_bytes  # python-docx, which the app's first page can do without

        return word_bytes(self.paper)

    def _word(self) -> dict[str, bytes]:
        return {REPORT: self.report}

    def _pdf(self) -> dict[str, bytes]:
        return {REPORT.replace(".docx", ".pdf"): pdf_bytes(self.report)}

    def _png(self) -> dict[str, bytes]:
        return {f"{name}.png": picture.png for name, picture in self.pictures.items()}

    def _gpkg(self) -> dict[str, bytes]:
        return {"结果.gpkg": layers_bytes(self.layers)}

    def _geojson(self) -> dict[str, bytes]:
        return geojson_files(self.layers)


class _Internal(_Makers):
    def named(self, name: str) -> str:
        return name

    @property
    def manifest(self) -> dict:
        return self.study.manifest

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return study_pictures(self.study)

    @cached_property
    def paper(self) -> Paper:
        return study_paper(self.study, self.pictures)

    @cached_property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        return study_layers(self.study)

    def _excel(self) -> dict[str, bytes]:
        study = self.study
        return {WORKBOOK: study_workbook(study.evaluation, study.suggestions, study.manifest, study.unanswered)}

    def _html(self) -> dict[str, bytes]:
        evaluation = self.study.evaluation
        pages = {"地图.html": map_html(evaluation)}
        for number, suggestion in enumerate(self.study.suggestions, start=1):
            pages[f"选址{number}_{suggestion.question.name}.html"] = map_html(evaluation, suggestion)
        return {name: page.encode("utf-8") for name, page in pages.items()}

    def _csv(self) -> dict[str, bytes]:
        evaluation = self.study.evaluation
        return {"缺口清单.csv": csv_bytes(gap_table(evaluation)),
                "村级出行时间.csv": csv_bytes(times_table(evaluation))}


class _Public(_Makers):
    def named(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        return f"{stem}_公开版{dot}{suffix}"

    @property
    def manifest(self) -> dict:
        return public_manifest(self.study.manifest)

    @cached_property
    def shown(self) -> dict[str, pd.DataFrame]:
        return shown_tables(self.study.evaluation)

    @cached_property
    def sheets(self) -> dict[str, pd.DataFrame]:
        return public_study_sheets(self.study, self.shown)

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return public_pictures(self.study, self.shown)

    @cached_property
    def paper(self) -> Paper:
        return public_paper(self.study, self.shown, self.pictures)

    @cached_property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        return layers_of(self.study, self.sheets)

    def _excel(self) -> dict[str, bytes]:
        told = explanation(self.study.evaluation, self.manifest, [("版本", "公开版"), ("隐去的人数", HIDING)])
        return {WORKBOOK: workbook_bytes(self.sheets, prose={"说明": told})}

    def _html(self) -> dict[str, bytes]:
        return {}

    def _csv(self) -> dict[str, bytes]:
        return {"缺口清单.csv": csv_bytes(self.sheets["缺口清单"]),
                "村级出行时间.csv": csv_bytes(times_table(self.study.evaluation))}
