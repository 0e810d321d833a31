"""Name every limit that a file must keep, in one place: beyond it the file is refused (exit code 4).

Each is our own choice, set well above what a planner's file needs: the nation's
620,000 villages as CSV are about 60 MB, a province's township boundaries about 100 MB.
"""

from __future__ import annotations

MAX_FILE_BYTES = 256 * 2**20
MAX_ROAD_BYTES = 2 * 2**30  # of a road file, which is read as a stream
MAX_UNZIPPED_BYTES = 512 * 2**20  # of all members of an archive together
MAX_UNZIP_RATIO = 100  # unzipped ÷ zipped, once a member is over MIN_RATIO_BYTES
MAX_TILE_RATIO = 1_100  # of a height tile, which may be all sea; deflate packs no more than 1,032 times
MIN_RATIO_BYTES = 2 * 2**20  # small members of blanks may shrink more; they do no harm
MAX_MEMBERS = 2_000  # files in an archive
MAX_ROWS = 1_200_000  # Excel's own limit is 1,048,576
MAX_COLUMNS = 500
MAX_CELLS = 30_000_000  # of one sheet
MAX_SHEETS = 100
MAX_CELL_CHARS = 32_767  # Excel's own limit
HEADER_SEARCH_ROWS = 40  # the header must stand within the first rows
MAX_VERTICES = 1_500_000  # of one layer
MAX_FEATURE_VERTICES = 500_000
MAX_RINGS = 20_000  # of one feature, holes among them
MAX_FEATURES = 1_000_000
MAX_NESTING = 64  # of JSON and XML
PARSE_SECONDS = 60  # of the child process that reads a file
PARSE_BASE_BYTES = 96 * 2**20  # memory that the child may take for a file of no size
PARSE_BYTES_PER_BYTE = 40  # and for each byte of it
PARSE_MOST_BYTES = 4 * 2**30
MARK_BYTES_PER_BYTE = 400  # where the user's workbook is written anew, its formats kept
TILE_BYTES_PER_BYTE = 16  # of height tiles, which are only unpacked
ROAD_PARSE_SECONDS = 900  # of the child process that reads a road file
ROAD_PARSE_BYTES_PER_BYTE = 250  # .osm.pbf packs a node into a few bytes
