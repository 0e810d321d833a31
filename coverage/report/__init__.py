"""Write results for people: Excel, maps and GIS files."""

from coverage.report.folder import csv_bytes, json_bytes, study_workbook, write_folder
from coverage.report.map import map_html

__all__ = ["csv_bytes", "json_bytes", "map_html", "study_workbook", "write_folder"]
