"""Build the bundled sample project, Huining county (会宁县), from facts/ and design/.

    python geodata/huining/build.py [--out FOLDER]

Reruns to the same bytes. facts/ holds what is known, design/ what was drawn up for the sample (示意, 示例数据);
../SOURCES.md names every source.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import institutions  # noqa: E402
import people  # noqa: E402
import places  # noqa: E402
import roads  # noqa: E402
from geo import DECIMALS, haversine_m  # noqa: E402

from coverage import schema  # noqa: E402

SEAT = "会师镇"


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    facts, nodes, links = read_facts(), read("design/nodes.csv"), read("design/links.csv")
    points, basis = settled(facts, nodes, links)
    river = roads.draw_river(points)
    sheet = roads.draw_links(points, measured(links, points), river)
    villages = village_table(facts, points)
    roads.tie_villages(sheet, [(row.village_code, (row.lon, row.lat)) for row in villages.itertuples()])

    write_table(out, schema.TOWNSHIPS, township_table(facts, points, basis))
    write_table(out, schema.VILLAGES, villages)
    write_table(out, schema.PEOPLE_TABLE, people.disabled(villages))
    write_table(out, schema.INSTITUTIONS, institutions.table(read("design/institutions.csv"), facts, points))
    write_lines(out / "roads.geojson", road_features(sheet, villages.set_index("village_code")["village"].to_dict()))
    write_lines(out / "river.geojson", [feature({"name": "河流（示意）", "basis": "示意"}, river)])


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(HERE / path, dtype=str, keep_default_na=False)


def read_facts() -> pd.DataFrame:
    """The 28 townships, with the names that the rest of this script uses."""
    facts = read("facts/huining_townships_facts.csv").rename(columns={
        "name_official_2026": "township", "nbs2023_code9": "nbs_code", "mca2025_code9": "township_code",
        "resident_pop_2020census_rounded10": "pop", "road_km_to_county_seat": "road_km"})
    fitted = read("facts/huining_township_points_schematic.csv").set_index("name")
    facts["real"] = facts["geonames_lon"] != ""
    facts["lon"] = facts["township"].map(fitted["lon"]).astype(float)
    facts["lat"] = facts["township"].map(fitted["lat"]).astype(float)
    facts["pop"] = facts["pop"].astype(int)
    return facts


def settled(facts, nodes, links) -> tuple[dict, dict]:
    """Every point of the design as it will be drawn, and for each township the words that say what its point is."""
    start = {row.township: (row.lon, row.lat) for row in facts.itertuples()}
    start |= {row.node: (float(row.lon), float(row.lat)) for row in nodes.itertuples()}
    fixed = set(facts.loc[facts["real"], "township"])
    drawn = [(row["from"], row["to"], km * 1_000, row["tech_class"]) for row, km in trunk_lengths(links)]
    points = places.settle(start, fixed, drawn)
    basis = {}
    for row in facts.itertuples():
        away = haversine_m(*start[row.township], *points[row.township]) / 1_000
        basis[row.township] = (
            "名称、代码、人口、面积为真实数据；点位为真实坐标（GeoNames）" if row.real else
            f"名称、代码、人口、面积为真实数据；点位为示意（推定点，为道路示意移动{away:.1f}公里）")
    return points, basis


def trunk_lengths(links) -> list[tuple]:
    """The links of the trunk tree with their lengths in km: the difference of the distances to the county seat."""
    at = {SEAT: 0.0} | {row["to"]: float(row["km_at_end"]) for _, row in links.iterrows() if row["km_at_end"]}
    return [(row, at[row["to"]] - at[row["from"]]) for _, row in links.iterrows() if row["km_at_end"]]


def measured(links, points) -> list[dict]:
    """The links with `length_m`: from the trunk tree, else long enough to leave every trunk distance the shortest."""
    at = {SEAT: 0.0} | {row["to"]: float(row["km_at_end"]) for _, row in links.iterrows() if row["km_at_end"]}
    rows = links.to_dict("records")
    for row in rows:
        straight = float(haversine_m(*points[row["from"]], *points[row["to"]]))
        if row["km_at_end"]:
            row["length_m"] = (at[row["to"]] - at[row["from"]]) * 1_000
        elif row["kind"] == "联络":
            row["length_m"] = max(1.25 * straight, 1_040 * abs(at[row["to"]] - at[row["from"]]) + 500)
        else:
            row["length_m"] = 1.12 * straight
    return rows


def village_table(facts, points) -> pd.DataFrame:
    """322 villages and communities under their township's civil affairs code, in the order of their own codes."""
    names = read("facts/villages_nbs2023.csv").sort_values("nbs_code12", kind="stable")
    shape = places.outline(list(points.values()), 1e6 * facts["area_km2"].astype(float).sum())
    cells = places.cells({name: points[name] for name in facts["township"]}, shape)
    pieces = []
    for row in facts.itertuples():
        own = names[names["street_code9"] == row.nbs_code]
        listed = own["name"].tolist()
        spots = places.place_villages(row.township, points[row.township], listed, cells[row.township])
        pieces.append(pd.DataFrame({
            "village_code": own["nbs_code12"], "village": listed, "township_code": row.township_code,
            "pop": people.residents(row.township, row.pop, listed, own["nbs_code12"].tolist()),
            "lon": [lon for lon, _ in spots], "lat": [lat for _, lat in spots],
            "basis": "名称、代码为真实数据；点位、人口分摊为示意"}))
    return pd.concat(pieces).sort_values("village_code", kind="stable").reset_index(drop=True)


def township_table(facts, points, basis) -> pd.DataFrame:
    table = facts.sort_values("nbs_code", kind="stable").copy()
    table["lon"] = [points[name][0] for name in table["township"]]
    table["lat"] = [points[name][1] for name in table["township"]]
    table["basis"] = table["township"].map(basis)
    return table


def write_table(out: Path, table: schema.Table, frame: pd.DataFrame) -> None:
    """Write the dictionary's columns under their Chinese headers; the mark at the start lets Excel read UTF-8."""
    columns = [name for name in table.headers if name in frame]
    frame = frame[columns].rename(columns=table.headers)
    frame.to_csv(out / f"{table.name}.csv", index=False, lineterminator="\n", encoding="utf-8-sig")


def road_features(sheet, villages: dict) -> list[dict]:
    return [feature({
        "way_id": f"R{k:04d}", "name": villages.get(line.name, line.name), "admin_class": line.admin_class,
        "tech_class": line.tech_class, "bridge": line.bridge, "tunnel": False, "oneway": False, "basis": "示意",
    }, line.points) for k, line in enumerate(sheet.lines, 1)]


def feature(properties: dict, points) -> dict:
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "LineString", "coordinates": [[round(x, DECIMALS), round(y, DECIMALS)]
                                                               for x, y in points.tolist()]}}


def write_lines(path: Path, features: list[dict]) -> None:
    rows = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{rows}\n]}}\n', encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    main(parser.parse_args().out)
