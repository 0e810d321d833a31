"""Write results for people: Excel, Word, PDF, maps, pictures and GIS files."""

from coverage.report.contents import contents_table
from coverage.report.export import EDITIONS, KINDS, NOT_PUBLIC, USUAL, result_files, write_folder
from coverage.report.files import Written
from coverage.report.folder import csv_bytes, json_bytes, study_workbook
from coverage.report.map import map_html
from coverage.report.plan_folder import goal_records, plan_sheets, plan_workbook, write_plan_folder

__all__ = [
    "EDITIONS",
    "KINDS",
    "NOT_PUBLIC",
    "USUAL",
    "Written",
    "contents_table",
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
