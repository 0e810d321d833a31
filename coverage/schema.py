"""Define every column that a user's table may bring: the column dictionary.

Stages pass plain tables whose columns bear these names. `header` is what a
planner reads in Excel and what exports write; `aliases` are other headers met
in real files. Reading and checking live in coverage/intake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")  # GB/T 26341
SEVERITIES = ("重度", "轻度")  # 重度 = 一级、二级；轻度 = 三级、四级 (GB/T 26341)
AGE_BANDS = ("0-6", "7-17", "18-59", "60+")
SERVICE_TYPES = ("残疾人之家", "康复机构", "特殊教育学校", "托养机构", "居家养老服务中心",
                 "儿童康复机构", "辅助性就业机构", "综合医院康复医学科", "基层医疗卫生机构", "乡村康复站",
                 "普通学校", "学前教育机构")
STATES = ("运营", "在建", "停运")
ROLES = ("候选", "必选", "禁选")


@dataclass(frozen=True)
class Column:
    """One column: `kind` is text, code, int, float, bool, year or choice.

    `low` and `high` bound a number (inclusive); `choices` lists what a choice
    allows; `digits` are the lengths a code may have.
    """

    name: str
    header: str
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    digits: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One kind of table: its columns in order and the column that names a row."""

    name: str
    title: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def headers(self) -> dict[str, str]:
        """Internal name → Chinese header, in the table's order."""
        return {column.name: column.header for column in self.columns}


def _lon(required: bool = False) -> Column:
    return Column("lon", "经度", "float", ("东经", "longitude", "lng", "long", "x", "经度坐标", "坐标经度", "经度x"),
                  required, "度 (WGS-84)", -180, 180)


def _lat(required: bool = False) -> Column:
    return Column("lat", "纬度", "float", ("北纬", "latitude", "y", "纬度坐标", "坐标纬度", "纬度y"),
                  required, "度 (WGS-84)", -90, 90)


POINT = Column("point", "坐标", "point", ("wkt", "经纬度", "坐标位置", "位置坐标", "经纬度坐标", "geometry", "geom"),
               note="一格里写明的点：POINT(经度 纬度) 或 经度,纬度；代替经度、纬度两列")
TOWNSHIP_CODE = Column(
    "township_code", "乡镇代码", "code",
    ("乡镇（街道）代码", "乡镇编码", "民政代码", "行政区划代码", "区划代码", "乡镇街道代码", "mca_code",
     "mca_code9", "乡级代码", "统计用区划代码", "nbs_code9", "street_code9"),
    digits=(9, 12), note="民政部 9 位代码；统计代码另列一栏",
)
TOWNSHIP = Column(
    "township", "乡镇", "text",
    ("乡镇名称", "乡镇（街道）", "所属乡镇", "乡镇名", "所在乡镇", "乡（镇）", "街道", "镇", "乡镇街道", "所属街道"),
)
POP = Column("pop", "常住人口", "int", ("人口", "总人口", "人口数", "常住人口数", "2020年常住人口", "population",
                                       "residents"), unit="人", low=0, high=100_000_000)
PEOPLE = Column("people", "残疾人数", "int",
                ("持证残疾人", "持证残疾人数", "残疾人口", "残疾人", "人数", "people", "weight"),
                unit="人", low=0, high=10_000_000)
IN_VILLAGE = Column("village", "所在村（社区）", "text",
                    ("村（社区）", "村", "社区", "村名", "所属村", "所在村", "所在社区", "所属村（社区）", "村代码"),
                    note="村名或 12 位代码；没有经纬度时取这个村的点")
BASIS = Column("basis", "数据性质", "text", ("数据来源", "来源", "性质"),
               note="真实数据写出处；示意 = 位置为推定；示例数据 = 合成")
COST = Column("cost_wan", "一次性投入", "float", ("建设费用", "投入", "费用", "造价", "cost"),
              unit="万元", low=0, high=1_000_000)


def _required(column: Column) -> Column:
    return replace(column, required=True)


TOWNSHIPS = Table("townships", "乡镇", "township_code", (
    _required(TOWNSHIP_CODE),
    replace(TOWNSHIP, required=True, aliases=(*TOWNSHIP.aliases, "名称", "name")),
    Column("nbs_code", "统计代码", "code", ("统计用区划代码", "统计局代码", "nbs_code9"), digits=(9, 12),
           note="国家统计局统计用区划代码"),
    _required(POP),
    Column("area_km2", "面积", "float", ("土地面积", "辖区面积", "area"), unit="平方公里", low=0, high=1_000_000),
    Column("road_km", "到县城公路里程", "float", ("距县城公里", "到县城距离", "县城里程"), unit="公里",
           low=0, high=10_000),
    _lon(), _lat(), Column("county", "县（市、区）", "text", ("县区", "所属县", "区县")),
    Column("mountain", "山区", "bool", ("是否山区", "山区县")),
    BASIS,
))

VILLAGES = Table("villages", "村（社区）", "village_code", (
    Column("village_code", "村代码", "code", ("村（社区）代码", "村级代码", "社区代码", "行政村代码", "村编码",
                                       "统计用区划代码", "nbs_code12"), required=True, digits=(12,)),
    Column("village", "村（社区）", "text", ("村名", "村", "社区", "行政村", "村名称", "村（居）", "村社区",
                                     "名称", "name"), required=True),
    _required(TOWNSHIP_CODE),
    _required(POP),
    _lon(), _lat(), BASIS,
))

PEOPLE_TABLE = Table("people", "残疾人（分村）", "village_code", (
    Column("village_code", "村代码", "code", ("村（社区）代码", "nbs_code12"), required=True, digits=(12,)),
    Column("category", "残疾类别", "choice", ("类别", "残疾类型"), choices=CATEGORIES),
    Column("severity", "残疾程度", "choice", ("程度", "等级", "残疾等级", "残疾级别"), choices=SEVERITIES),
    Column("age_band", "年龄段", "choice", ("年龄",), choices=AGE_BANDS),
    Column("low_income", "低收入", "bool", ("低收入家庭", "低保低边", "困难")),
    _required(PEOPLE),
    BASIS,
))

INSTITUTIONS = Table("institutions", "机构", "site_id", (
    Column("site_id", "机构编号", "text", ("编号", "序号", "机构代码", "id")),
    Column("name", "机构名称", "text", ("名称", "机构", "单位名称", "服务机构", "机构全称",
                                     "institution"), required=True),
    Column("service_type", "机构类型", "choice", ("类型", "服务类型", "机构类别", "类别", "机构性质",
                                             "type"), required=True, choices=SERVICE_TYPES),
    TOWNSHIP_CODE, TOWNSHIP, IN_VILLAGE, _lon(), _lat(),
    Column("capacity", "容量", "int", ("床位", "床位数", "服务人数", "托养人数", "capacity", "可服务人数"),
           unit="人", low=0, high=100_000),
    Column("standardised", "规范化", "bool", ("是否规范化", "规范化建设", "达标")),
    Column("public_benefit", "公益性", "bool", ("是否公益性", "公办")),
    Column("hosted_in", "依托设施", "choice", ("设在", "依托机构"), choices=SERVICE_TYPES, note="设在哪类设施里"),
    Column("disabled_pupils", "残疾学生数", "int", ("在校残疾学生", "随班就读人数"), unit="人", low=0, high=100_000),
    Column("resource_room", "资源教室", "bool", ("是否有资源教室", "设有资源教室")),
    Column("opened_year", "启用年份", "year", ("建成年份", "开办年份", "成立年份", "启用时间"), low=1900, high=2100),
    Column("closed_year", "停用年份", "year", ("关闭年份", "停办年份"), low=1900, high=2100),
    Column("state", "状态", "choice", ("运营状态", "机构状态"), choices=STATES),
    BASIS,
))

CANDIDATES = Table("candidates", "候选点", "site_id", (
    Column("site_id", "候选点编号", "text", ("编号", "序号", "id")),
    Column("name", "候选点名称", "text", ("名称", "候选点", "地点"), required=True),
    TOWNSHIP_CODE, TOWNSHIP, IN_VILLAGE, _lon(), _lat(), COST,
    Column("capacity", "容量", "int", ("床位", "床位数", "capacity"), unit="人", low=0, high=100_000),
    Column("role", "角色", "choice", ("选用", "role"), choices=ROLES),
    BASIS,
))

POINTS = Table("points", "需求点", "demand_id", (
    Column("demand_id", "需求点编号", "text", ("编号", "序号", "id"), required=True),
    Column("name", "名称", "text", ("村名", "需求点", "小区", "地点")),
    TOWNSHIP_CODE, TOWNSHIP, _lon(True), _lat(True), POP, PEOPLE, BASIS,
))

_RECORD = Column("record_id", "序号", "text", ("编号",))
_FROM = Column("from_year", "起始年份", "year", ("生效年份", "开始年份"), low=1949, high=2100)
_TO = Column("to_year", "截止年份", "year", ("失效年份", "结束年份"), low=1949, high=2100)
_GOAL = Column("goal_id", "目标编号", "text", ("目标", "指标编号"), required=True, note="规划文件里目标的 id")

EXEMPTIONS = Table("exemptions", "豁免", "record_id", (
    _RECORD, _GOAL,
    Column("unit_code", "单位代码", "text", ("乡镇代码", "村代码", "县代码"), required=True),
    Column("reason", "豁免理由", "text", ("理由", "原因"), required=True),
    Column("who", "批准单位", "text", ("批准机关",), required=True),
    Column("date", "批准日期", "text", ("日期",), required=True),
    BASIS,
))

AGREEMENTS = Table("agreements", "共享协议", "record_id", (
    _RECORD,
    Column("site_id", "机构编号", "text", ("机构代码",), required=True),
    _required(TOWNSHIP_CODE),
    Column("document", "协议名称", "text", ("协议", "文件"), required=True),
    _FROM, _TO, BASIS,
))

SERVICES = Table("services", "村级服务台账", "record_id", (
    _RECORD,
    Column("demand_id", "村代码", "text", ("村（社区）代码", "需求点编号"), required=True),
    Column("way", "服务方式", "choice", ("方式",), required=True, choices=("流动服务日", "接送", "上门")),
    Column("provider", "提供单位", "text", ("服务单位",), required=True),
    Column("content", "服务内容", "text", ("内容",)),
    Column("days_per_year", "每年天数", "int", ("每年次数",), unit="天", low=0, high=366),
    _FROM, _TO, BASIS,
))

REPORTS = Table("reports", "上报指标", "record_id", (
    _RECORD, _GOAL,
    Column("unit_code", "单位代码", "text", (), note="空 = 本地区合计"),
    Column("year", "年份", "year", ("年度",), required=True, low=1949, high=2100),
    Column("value", "数值", "float", ("完成值", "实际值"), required=True, low=0, high=1_000_000_000,
           note="比例写 0.85，不写 85"),
    Column("source", "出处", "text", ("上报来源",), required=True),
    BASIS,
))

RECODINGS = Table("recodings", "区划变更", "record_id", (
    _RECORD,
    Column("old_code", "原代码", "code", ("变更前代码",), required=True, digits=(9, 12)),
    replace(TOWNSHIP_CODE, required=True, aliases=("现代码", "变更后代码", *TOWNSHIP_CODE.aliases)),
    Column("year", "变更年份", "year", (), low=1949, high=2100),
    Column("share", "份额", "float", ("人口份额", "比例"), low=0, high=1,
           note="拆分时划入现乡镇的人口份额，各份合计为 1"),
    Column("note", "说明", "text", ("备注",)),
    BASIS,
))

POPULATIONS = Table("populations", "各年人口", "record_id", (
    _RECORD,
    Column("unit_code", "单位代码", "text", ("乡镇代码", "村代码", "需求点编号"), required=True,
           note="乡镇代码，或村代码；写乡镇的，各村按原来的比例推算"),
    Column("year", "年份", "year", ("年度",), required=True, low=1949, high=2100),
    _required(POP), PEOPLE,
    Column("source", "出处", "text", (), required=True),
    BASIS,
))

REGISTERS = ("exemptions", "agreements", "services", "reports", "recodings", "populations")
"""Tables kept beside the institutions, for judging plans and for scenarios; each may be absent or empty."""

TABLES = {table.name: table for table in
          (TOWNSHIPS, VILLAGES, PEOPLE_TABLE, INSTITUTIONS, CANDIDATES, POINTS,
           EXEMPTIONS, AGREEMENTS, SERVICES, REPORTS, RECODINGS, POPULATIONS)}
