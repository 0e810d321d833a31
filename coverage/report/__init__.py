"""Write results for people: Excel, maps and GIS files."""

from coverage.report.folder import csv_bytes, json_bytes, study_workbook, write_folder
from coverage.report.map import map_html
from coverage.report.plan_folder import goal_records, plan_sheets, plan_workbook, write_plan_folder

__all__ = [
    "csv_bytes",
    "goal_records",
    "json_bytes",
    "map_html",
    "plan_sheets",
    "plan_workbook",
    "study_workbook",
    "write_folder",
    "write_plan_folder",
]
