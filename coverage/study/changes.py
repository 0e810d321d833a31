"""Say what a scenario changes in its base: one kind of change a class, written as `[[changes]]` in the scenario file.

    [[changes]]
    kind = "open"
    name = "丙乡残疾人之家"
    service_type = "残疾人之家"
    lon = 105.0
    lat = 35.36

A change only says; `apply_changes` (coverage/study/apply.py) makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from coverage.goals.goal import WAYS
from coverage.schema import SERVICE_TYPES
from coverage.study.strict import Strict

if TYPE_CHECKING:
    from coverage.intake import Roads
    from coverage.region import Region

ServiceType = Literal[SERVICE_TYPES]
ROAD_CLASSES = ("高速", "一级", "二级", "三级", "四级", "等外")
"""JTG B01's technical classes: what a planner may draw or upgrade to."""
RoadClass = Literal[ROAD_CLASSES]

Text = Annotated[str, Field(min_length=1, max_length=60)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Places = Annotated[int, Field(ge=0, le=100_000)]
Wan = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=366)]
ToVillages = Literal[WAYS[1:]]
"""The ways in which a village is served without an institution of its own near by."""

ARRANGED = "拟安排"
"""Who serves a village where the planner doesn't know yet."""

NEW = "情景"
"""The basis of what a scenario adds, and the head of the basis of what it alters."""


class _Change(Strict):
    """What every change has: its one-off cost in 万元, where the planner knows it (else unit costs are taken)."""

    cost_wan: Wan | None = None


class _NewInstitution(_Change):
    """A new institution's fields; `opened_year` absent is the scenario's year, `site_id` absent comes of the name.

    `yearly_cost_wan` is what running it takes a year, where the planner knows it.
    """

    service_type: ServiceType
    capacity: Places | None = None
    standardised: bool | None = None
    public_benefit: bool | None = None
    opened_year: Year | None = None
    site_id: Text | None = None
    yearly_cost_wan: Wan | None = None


class Open(_NewInstitution):
    """A new institution; without `township_code` it belongs to the township whose area it lies in."""

    kind: Literal["open"] = "open"
    name: Text
    lon: Lon
    lat: Lat
    township_code: Text | None = None


class Host(_NewInstitution):
    """A new institution within a standing one, `host` (a site_id), whose place and township it shares (共建)."""

    kind: Literal["host"] = "host"
    host: Text
    name: Text | None = None


class Upgrade(_Change):
    """A standing institution brought up to the standard."""

    kind: Literal["upgrade"] = "upgrade"
    site_id: Text


class Expand(_Change):
    """A standing institution enlarged to `capacity` places in all."""

    kind: Literal["expand"] = "expand"
    site_id: Text
    capacity: Places


class Move(_Change):
    """A standing institution moved; its township is found as for Open."""

    kind: Literal["move"] = "move"
    site_id: Text
    lon: Lon
    lat: Lat
    township_code: Text | None = None


class Close(_Change):
    """A standing institution closed in `closed_year`; absent, in the scenario's year."""

    kind: Literal["close"] = "close"
    site_id: Text
    closed_year: Year | None = None


class Share(_Change):
    """An institution that serves further townships (codes) by agreement, from `from_year` (absent: the scenario's)."""

    kind: Literal["share"] = "share"
    site_id: Text
    townships: tuple[Text, ...] = Field(min_length=1)
    document: Text = "拟签共享协议"
    from_year: Year | None = None


class Serve(_Change):
    """Villages (demand_ids) served so many days a year: by an outreach day, a shuttle or home visits.

    `provider` is a site_id or a name. What it takes a year is `yearly_cost_wan`, for all the villages together; absent,
    the unit cost of a village and year. `days_per_year` absent is not known, as in the register of village services.
    """

    kind: Literal["serve"] = "serve"
    way: ToVillages
    villages: tuple[Text, ...] = Field(min_length=1)
    provider: Text = ARRANGED
    days_per_year: Days | None = None
    from_year: Year | None = None
    yearly_cost_wan: Wan | None = None


class DrawRoad(_Change):
    """A two-way road along `line` (lon, lat), joined to the roads that its vertices touch.

    With `joins_crossings` it also meets every road that it crosses, but expressways, bridges and tunnels.
    """

    kind: Literal["draw_road"] = "draw_road"
    name: Text
    road_class: RoadClass
    line: tuple[tuple[Lon, Lat], ...] = Field(min_length=2, max_length=1000)
    joins_crossings: bool = True
    way_id: Text | None = None


class CloseRoad(_Change):
    """Ways that nobody can use; who joined them joins the nearest that is left, which now and then is the shorter way.
    """

    kind: Literal["close_road"] = "close_road"
    way_ids: tuple[Text, ...] = Field(min_length=1)


class UpgradeRoad(_Change):
    """Ways given another class, and a stated driving speed where one is known; 高速 is joined at its ends alone."""

    kind: Literal["upgrade_road"] = "upgrade_road"
    way_ids: tuple[Text, ...] = Field(min_length=1)
    road_class: RoadClass
    speed_kmh: float | None = Field(None, gt=0, le=120, allow_inf_nan=False)


class Population(_Change):
    """The population of another year, out of the project's register of populations."""

    kind: Literal["population"] = "population"
    year: Year


Change = Annotated[
    Open | Host | Upgrade | Expand | Move | Close | Share | Serve | DrawRoad | CloseRoad | UpgradeRoad | Population,
    Field(discriminator="kind")]

KINDS = {
    "open": "新建机构", "host": "共建机构", "upgrade": "升级机构", "expand": "扩容机构", "move": "迁址机构",
    "close": "撤销机构", "share": "共享机构", "serve": "服务到村", "draw_road": "新修道路", "close_road": "封闭道路",
    "upgrade_road": "升级道路", "population": "换一年人口",
}
"""Each kind of change in a planner's words, in the order that forms and tables show them."""

ROADS = (CloseRoad, UpgradeRoad, DrawRoad)
"""Changes to roads, in the order in which they are made: what is drawn can't join what is closed."""


def on_roads(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Those of `changes` on which the road network rests."""
    return tuple(change for change in changes if isinstance(change, ROADS))


def on_times(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Those of `changes` on which travel times rest: roads and places of institutions (closed ones are timed too)."""
    return tuple(change for change in changes if isinstance(change, (*ROADS, Open, Host, Move)))


def describe(change: Change, region: Region, roads: Roads | None = None) -> str:
    """One change in words, with the names of institutions, townships and, given `roads`, ways (else their ids)."""
    def site(site_id: str) -> str:
        return region.sites["name"].get(site_id, site_id)

    match change:
        case Open():
            words = f"“{change.name}”（{change.service_type}）"
        case Host():
            words = f"在“{site(change.host)}”共建{change.service_type}"
        case Expand():
            words = f"“{site(change.site_id)}”扩到 {change.capacity} 人"
        case Share():
            towns = "、".join(region.townships["township"].get(code, code) for code in change.townships)
            words = f"“{site(change.site_id)}”与{towns}"
        case Serve():
            words = _served(change, region)
        case DrawRoad():
            words = f"“{change.name}”（{change.road_class}）"
        case CloseRoad():
            words = _ways(change.way_ids, roads)
        case UpgradeRoad():
            words = f"{_ways(change.way_ids, roads)}改为{change.road_class}"
        case Population():
            words = f"{change.year} 年"
        case _:
            words = f"“{site(change.site_id)}”"
    return f"{KINDS[change.kind]}：{words}"


def _served(change: Serve, region: Region) -> str:
    """流动服务日，由“甲镇残疾人之家”到E村、F村，每年 12 天."""
    villages = region.demand["name"]
    named = "、".join(str(villages.get(code, code)) for code in change.villages[:5])
    more = f" 等 {len(change.villages)} 个村" if len(change.villages) > 5 else ""
    often = "" if change.days_per_year is None else f"，每年 {change.days_per_year} 天"
    who = region.sites["name"].get(change.provider, change.provider)
    to = "接" if change.way == "接送" else "到"
    return f"{change.way}，{who if who == ARRANGED else f'由“{who}”'}{to}{named}{more}{often}"


def _ways(ids: tuple[str, ...], roads: Roads | None) -> str:
    names = {} if roads is None else roads.ways.set_index("way_id")["name"].dropna()
    told = [f"{names[one]}（{one}）" if one in names else one for one in ids[:5]]
    return "、".join(told) + (f" 等 {len(ids)} 段" if len(ids) > 5 else "")
