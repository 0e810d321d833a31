"""Dropped files put into a project: the same as reading them together, with what is lacking and lost told."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from coverage.intake import read_project, read_table
from coverage.intake.areas import check_areas
from coverage.intake.draft import (
    FINE,
    HERE,
    LACKING,
    LOOK,
    MUST,
    lists,
    misfit,
    notes_of,
    people_lost,
    put_together,
    ticks,
)
from coverage.intake.manifest import ReadAs
from tests.ui import messy

COUNTY = Path(__file__).parents[1] / "golden" / "county"


def pieces():
    towns = messy.townships_and_villages()
    return {"townships": read_table(towns, "townships", sheet="乡镇", name="a.xlsx"),
            "villages": read_table(towns, "villages", sheet="村", name="a.xlsx"),
            "people": read_table(messy.people(), "people", name="b.csv"),
            "institutions": read_table(messy.institutions(), "institutions", name="c.xlsx"),
            "areas": check_areas(messy.areas(), name="d.geojson")}


def test_messy_files_give_the_tables_of_the_clean_project():
    clean = read_project(COUNTY)
    draft = put_together(None, pieces(), choices={"institutions": ReadAs(datum="gcj02")})
    for kind, columns in (("townships", ["township_code", "township", "pop", "lon", "lat"]),
                          ("villages", ["village_code", "township_code", "pop", "lon", "lat"]),
                          ("people", ["village_code", "people"])):
        pd.testing.assert_frame_equal(draft.tables[kind][columns].reset_index(drop=True),
                                      clean.tables[kind][columns].reset_index(drop=True))
    known = draft.tables["institutions"].set_index("site_id").loc[["H1", "H2", "H3"]]
    wanted = clean.tables["institutions"].set_index("site_id")
    columns = ["name", "service_type", "township_code", "capacity", "standardised", "opened_year"]
    pd.testing.assert_frame_equal(known[columns], wanted[columns])
    pd.testing.assert_frame_equal(known[["lon", "lat"]], wanted[["lon", "lat"]], rtol=0, atol=1e-9)
    assert draft.county_code == "629901"


def test_a_file_takes_the_place_of_its_kind_and_nothing_else_changes():
    clean = read_project(COUNTY)
    same = put_together(clean, {}, title=clean.title, county_code=clean.county_code, year=clean.year)
    for kind, table in clean.tables.items():
        pd.testing.assert_frame_equal(same.tables[kind], table)
    assert (same.roads_path, same.notes, same.files) == (clean.roads_path, clean.notes, clean.files)
    other = put_together(clean, {"people": read_table("村代码,残疾人数\n629901100001,1\n".encode(), "people")})
    assert other.tables["people"]["people"].tolist() == [1]
    pd.testing.assert_frame_equal(other.tables["villages"], clean.tables["villages"])
    pd.testing.assert_frame_equal(put_together(other, {}).tables["people"], other.tables["people"])


def test_six_ticks_say_what_is_there():
    empty = {tick.title: tick.state for tick in ticks(put_together(None, {}), ways=None, goals=0)}
    assert [title for title, state in empty.items() if state == LACKING] == ["区划", "人口", "道路"]
    full = ticks(put_together(None, pieces()), ways=2, goals=7)
    assert {tick.state for tick in full} == {HERE}
    assert [tick.says for tick in full][:2] == ["3 个乡镇", "6 个村（点），常住 26,000 人，残疾人 250 人"]


def test_three_lists_hold_every_problem_once():
    draft = put_together(None, pieces())
    three = lists(draft)
    assert three[MUST]["rule"].tolist() == ["经纬度写反", "不在可选项中", "不安全的文字"]
    assert sum(map(len, three.values())) == len(draft.problems.drop_duplicates())
    assert set(three) == {MUST, LOOK, FINE}


def test_people_of_refused_rows_are_counted_where_they_live():
    rows = "村代码,村,乡镇代码,人口\n629901100001,甲,629901100,50\n629901100002,乙,629901100,-1\n1,丙,629901200,30\n" \
           "629901100003,丁,,七十\n"
    draft = put_together(None, pieces() | {"villages": read_table(rows.encode(), "villages", name="v.csv")})
    lost = people_lost(draft)
    lost = lost[lost["表"] == "村（社区）"].set_index("乡镇")
    assert lost["行数"].to_dict() == {"乙乡": 1, "甲镇": 2}
    assert lost.loc["乙乡", "人数"] == 30
    assert any("涉及 30 人" in note for note in notes_of(draft))


def test_boundaries_of_another_place_are_told_and_not_used():
    elsewhere = messy.areas().replace("镇".encode(), "里".encode()).replace("乡".encode(), "里".encode())
    draft = put_together(None, pieces() | {"areas": check_areas(elsewhere, name="x.geojson")})
    assert misfit(draft) and draft.areas is None
    assert not misfit(put_together(None, pieces()))


def test_notes_tell_what_was_converted_and_mended_only_once():
    draft = put_together(None, pieces(), choices={"institutions": ReadAs(datum="gcj02")})
    told = notes_of(draft)
    assert any("GCJ-02" in note for note in told) and any("没有采用 3 行" in note for note in told)
    assert notes_of(replace(draft, notes=told)) == told
