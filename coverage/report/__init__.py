"""Write results for people: Excel, Word, PDF, maps, pictures and GIS files."""

from coverage.report.export import KINDS, USUAL, result_files, write_folder
from coverage.report.files import Written
from coverage.report.folder import csv_bytes, json_bytes, study_workbook
from coverage.report.map import map_html
from coverage.report.plan_folder import goal_records, plan_sheets, plan_workbook, write_plan_folder

__all__ = [
    "KINDS",
    "USUAL",
    "Written",
    "csv_bytes",
    "goal_records",
    "json_bytes",
    "map_html",
    "plan_sheets",
    "plan_workbook",
    "result_files",
    "study_workbook",
    "write_folder",
    "write_plan_folder",
]
