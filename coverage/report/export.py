"""Give a study's result files by kind, as bytes under their names.

Takes a `Study` and which kinds and edition are wanted; gives names and bytes, for a folder, a zip or a download.
The same study gives the same bytes (but for the date that LibreOffice writes into a PDF).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

from coverage.report.files import Written, write_files
from coverage.report.folder import csv_bytes, json_bytes, study_workbook
from coverage.report.gis import geojson_files, layers_bytes, study_layers
from coverage.report.map import map_html
from coverage.report.paper import Picture
from coverage.report.pdf import pdf_bytes
from coverage.report.pictures import study_pictures
from coverage.report.study_paper import WORKBOOK, study_paper
from coverage.report.tables import gap_table, times_table
from coverage.report.word import word_bytes
from coverage.study import Study

KINDS = {
    "excel": "Excel 工作簿", "word": "Word 报告", "pdf": "PDF 报告", "png": "PNG 地图和图表", "html": "地图网页",
    "csv": "CSV 表", "gpkg": "GeoPackage", "geojson": "GeoJSON",
}
USUAL = ("excel", "csv", "word", "png", "html", "gpkg")
REPORT = "评价报告.docx"


def write_folder(study: Study, folder: Path, *, kinds: Collection[str] = USUAL) -> Written:
    """Write the files of these kinds into `folder`, made where it is missing; an earlier result there goes.

    Raises OutputError where the folder refuses; a file that is open in Excel gets the new one beside it.
    """
    return write_files(folder, result_files(study, kinds=kinds))


def result_files(study: Study, *, kinds: Collection[str] = USUAL) -> dict[str, bytes]:
    """The files of these kinds, in the order of KINDS, and manifest.json, which says where every number came from.

    Raises OutputError where a PDF is asked for and LibreOffice can't make it.
    """
    makers = _Makers(study)
    files = {name: content for kind in KINDS if kind in kinds for name, content in makers.of(kind).items()}
    return files | {"manifest.json": json_bytes(study.manifest)}


class _Makers:
    """What each kind is made of; pictures and the report are made once where two kinds want them."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def of(self, kind: str) -> dict[str, bytes]:
        make: Callable[[], dict[str, bytes]] = getattr(self, f"_{kind}")
        return make()

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return study_pictures(self.study)

    @cached_property
    def report(self) -> bytes:
        return word_bytes(study_paper(self.study, self.pictures))

    def _excel(self) -> dict[str, bytes]:
        study = self.study
        return {WORKBOOK: study_workbook(study.evaluation, study.suggestions, study.manifest, study.unanswered)}

    def _word(self) -> dict[str, bytes]:
        return {REPORT: self.report}

    def _pdf(self) -> dict[str, bytes]:
        return {REPORT.replace(".docx", ".pdf"): pdf_bytes(self.report)}

    def _png(self) -> dict[str, bytes]:
        return {f"{name}.png": picture.png for name, picture in self.pictures.items()}

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

    def _gpkg(self) -> dict[str, bytes]:
        return {"结果.gpkg": layers_bytes(study_layers(self.study))}

    def _geojson(self) -> dict[str, bytes]:
        return geojson_files(study_layers(self.study))
