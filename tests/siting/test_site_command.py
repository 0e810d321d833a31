"""The command `site`: what it prints and with which exit code."""

import json

import pandas as pd
import pytest

from coverage.cli import main

MODELS_AND_OPTIONS = {
    "lscp": (["--within", "10", "--minimise", "sites"], 2),
    "lscp-backup": (["--within", "10", "--minimise", "sites"], 2),
    "partial": (["--within", "10", "--share", "0.7", "--minimise", "sites"], 1),  # s5 covers 150 of 210
    "mclp": (["--within", "10", "--p", "1"], 150),
    "p-median": (["--p", "1"], 2600),
    "p-center": (["--p", "1"], 30),
    "cflp": ([], 21),  # a site in each village: 1+2+3+4+5+6, nobody travels
    "capacitated-mclp": (["--within", "10", "--p", "1"], 100),
    "capacitated-p-median": (["--p", "6"], 0),
    "fair": (["--within", "10", "--p", "2"], 1),
    "least-shortfall": (["--within", "10", "--p", "1", "--share", "1"], 60),  # 甲 has 60, all missed
    "unit-cover": (["--within", "10", "--minimise", "sites"], 2),
    "least-cost": (["--within", "10", "--targets", "TARGETS"], 5),  # s1 in 甲 and s4 in 乙 reach 150 of 147
    "least-miss": (["--within", "10", "--targets", "TARGETS", "--budget", "4"], 1 / 2 + 27 / 147),  # s4: 120, 甲 none
}


@pytest.fixture
def files(six_villages, tmp_path):
    times, demand, sites = six_villages
    demand = demand.assign(unit=["甲"] * 3 + ["乙"] * 3)
    times.to_csv(tmp_path / "times.csv", index=False)
    demand.rename_axis("id").to_csv(tmp_path / "demand.csv")
    sites.assign(capacity=100).rename_axis("id").to_csv(tmp_path / "sites.csv")
    (tmp_path / "targets.csv").write_text("id,share,n,units\n人人,70%,,\n乡乡,,1,全部\n")
    return tmp_path


def site(files, *options):
    return main(["site", str(files / "times.csv"), "--demand", str(files / "demand.csv"),
                 "--sites", str(files / "sites.csv"),
                 *(str(files / "targets.csv") if option == "TARGETS" else option for option in options)])


@pytest.mark.parametrize("model", list(MODELS_AND_OPTIONS))
def test_each_model_prints_its_plan_and_proof(files, capsys, model):
    options, objective = MODELS_AND_OPTIONS[model]
    assert site(files, "--model", model, *options, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "optimal"
    assert said["objective"] == said["bound"] == pytest.approx(objective)
    assert said["gap"] == 0
    assert {"seconds", "chosen", "assigned", "unserved", "reason"} <= said.keys()


def test_infeasible_is_exit_5_with_the_explanation(files, capsys):
    assert site(files, "--model", "capacitated-p-median", "--p", "1", "--json") == 5
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "infeasible" and "差 110 个" in said["reason"]


def test_option_that_the_model_needs_or_ignores_is_refused(files, capsys):
    assert site(files, "--model", "mclp", "--p", "1") == 3
    assert "--within" in capsys.readouterr().err
    assert site(files, "--model", "p-median", "--p", "1", "--share", "0.5") == 3
    assert "--share" in capsys.readouterr().err


def test_file_that_is_missing_or_lacks_a_column_is_exit_3(files, capsys):
    (files / "demand.csv").write_text("name,weight\nv1,3\n")
    assert site(files, "--model", "mclp", "--p", "1", "--within", "10") == 3
    assert "缺少 id 列" in capsys.readouterr().err
    (files / "demand.csv").unlink()
    assert site(files, "--model", "mclp", "--p", "1", "--within", "10") == 3


def test_ids_keep_their_leading_zeros(files, capsys):
    (files / "times.csv").write_text("demand_id,site_id,travel_min\n001,07,5\n")
    (files / "demand.csv").write_text("id,weight\n001,3\n")
    (files / "sites.csv").write_text("id,role\n07,\n08,\n")
    assert site(files, "--model", "mclp", "--p", "1", "--within", "10", "--json") == 0
    assert json.loads(capsys.readouterr().out)["chosen"] == ["07"]


def test_csv_in_the_encoding_of_chinese_excel_is_read(files, capsys):
    for name in ("times", "demand", "sites"):
        path = files / f"{name}.csv"
        path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert site(files, "--model", "mclp", "--p", "2", "--within", "10", "--json") == 0
    assert json.loads(capsys.readouterr().out)["objective"] == 210


def test_time_limit_with_a_plan_in_hand_is_exit_6(files, capsys):
    code = site(files, "--model", "mclp", "--p", "2", "--within", "10", "--time-limit", "0", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (code, said["status"]) in {(6, "feasible"), (0, "optimal")}
    assert said["objective"] <= 210 <= said["bound"]


def test_infeasible_says_what_would_do(files, capsys):
    (files / "sites.csv").write_text("id,role,excludes\ns2,必选,s5\ns5,必选,\n")
    (files / "times.csv").write_text("demand_id,site_id,travel_min\nv1,s2,3\nv1,s5,9\n")
    (files / "demand.csv").write_text("id,weight\nv1,10\n")
    assert site(files, "--model", "mclp", "--p", "2", "--within", "10", "--json") == 5
    said = json.loads(capsys.readouterr().out)
    assert "s2 与 s5 互斥" in said["reason"]
    assert [row["kind"] for row in said["relaxations"]] == ["bonds"]


def test_several_goals_tell_how_far_each_is_reached(files, capsys):
    options = ["--within", "10", "--budget", "4", "--targets", "TARGETS", "--json"]
    assert site(files, "--model", "least-miss", *options) == 0
    said = json.loads(capsys.readouterr().out)
    assert {row["id"]: (row["needed"], row["short"], row["met"]) for row in said["targets"]} == {
        "人人": (147, 27, False), "乡乡": (2, 1, False)}
    assert (said["chosen"], said["objective_in"]) == (["s4"], "share")


def test_goals_that_can_not_all_be_met_are_exit_5(files, capsys):
    options = ["--model", "least-cost", "--within", "10", "--budget", "4", "--targets", "TARGETS", "--json"]
    assert site(files, *options) == 5
    assert "人人 差 27、乡乡 差 1" in json.loads(capsys.readouterr().out)["reason"]


@pytest.mark.parametrize(("rows", "says"), [
    ("甲,0.5,2,", "写且只写一个"), ("甲,,,", "写且只写一个"), ("甲,多,,", "“多”不是数字"), ("甲,1.5,,", "0 到 1"),
    ("甲,,1.5,", "整数"),
])
def test_a_goal_that_can_not_be_read_names_its_row(files, capsys, rows, says):
    (files / "targets.csv").write_text(f"id,share,n,units\n{rows}\n")
    assert site(files, "--model", "least-cost", "--within", "10", "--targets", "TARGETS") == 3
    assert says in capsys.readouterr().err


def test_what_the_objective_is_in_is_told(files, capsys):
    near = ["--within", "10"]
    for options, unit in ((["lscp", *near], "cost"), (["lscp", *near, "--minimise", "sites"], "sites"),
                          (["p-median", "--p", "2"], "person_min"), (["mclp", *near, "--p", "1"], "weight")):
        assert site(files, "--model", *options, "--json") == 0
        assert json.loads(capsys.readouterr().out)["objective_in"] == unit


@pytest.mark.parametrize(("option", "value", "says"), [
    ("--share", "九成", "“九成”不是数字"), ("--p", "2.5", "“2.5”不是整数"), ("--within", "半小时", "不是数字"),
])
def test_a_value_that_is_no_number_is_told_in_words(files, capsys, option, value, says):
    with pytest.raises(SystemExit) as ended:
        site(files, "--model", "partial", "--within", "10", option, value)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_share_may_be_a_percentage(files, capsys):
    assert site(files, "--model", "partial", "--within", "10", "--share", "70%", "--minimise", "sites", "--json") == 0
    assert json.loads(capsys.readouterr().out)["objective"] == 1


def test_times_of_what_is_in_no_table_are_named(files, capsys):
    with (files / "times.csv").open("a") as file:
        file.write("v9,s1,3\nv1,s9,-3\n")
    assert site(files, "--model", "mclp", "--p", "1", "--within", "10") == 3
    said = capsys.readouterr().err
    assert all(word in said for word in ("demand_id=v9", "site_id=s9", "“-3.0”不是非负数"))


def test_times_may_be_what_the_command_times_wrote(files, capsys):
    pd.read_csv(files / "times.csv").to_parquet(files / "times.parquet")
    options = ["--demand", str(files / "demand.csv"), "--sites", str(files / "sites.csv")]
    asked = ["--model", "mclp", "--p", "1", "--within", "10", "--json"]
    assert main(["site", str(files / "times.parquet"), *options, *asked]) == 0
    assert json.loads(capsys.readouterr().out)["objective"] == 150
    (files / "times.parquet").write_bytes(b"PAR1 broken")
    assert main(["site", str(files / "times.parquet"), *options, *asked]) == 3
    assert "Parquet" in capsys.readouterr().err


def test_a_village_may_be_called_na_and_blanks_are_called_blank(tmp_path, capsys):
    """NA is an id and a unit like any other; an empty weight is told as empty, a semicolon where a comma should be."""
    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")

    write("times.csv", "demand_id,site_id,travel_min\nNA,s1,5\nb,s1,9\n")
    write("demand.csv", "id,weight,unit\nNA,10,NA\nb,20,NA\n")
    write("sites.csv", "id\ns1\n")
    assert site(tmp_path, "--model", "fair", "--within", "6", "--p", "1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["objective"] == pytest.approx(1 / 3)
    assert site(tmp_path, "--model", "capacitated-mclp", "--within", "6", "--p", "1", "--json") == 0
    assert "没有容量" in json.loads(capsys.readouterr().out)["reason"]
    write("demand.csv", "id,weight\nNA,\nb,20\n")
    assert site(tmp_path, "--model", "mclp", "--within", "6", "--p", "1") == 3
    assert "NA 的 weight：空缺" in capsys.readouterr().err
    write("demand.csv", "id;weight\nNA;1\nb;20\n")
    assert site(tmp_path, "--model", "mclp", "--within", "6", "--p", "1") == 3
    assert "只有 id;weight" in capsys.readouterr().err


def test_goals_that_more_money_would_meet_say_how_much(files, capsys):
    """70% and one in each unit take s1 + s4, 5; for 4 and two sites only the money is short."""
    options = ["--model", "least-cost", "--within", "10", "--budget", "4", "--p", "2", "--targets", "TARGETS", "--json"]
    assert site(files, *options) == 5
    reason = json.loads(capsys.readouterr().out)["reason"]
    assert "只把预算从 4 增加到 5 即可行" in reason
    assert "处数" not in reason


def test_without_a_plan_the_keys_are_the_same(files, capsys):
    """Infeasible, or out of time without a plan (a required site excludes another, and no time to find one)."""
    keys = {"status", "objective", "bound", "gap", "seconds", "chosen", "assigned", "unserved", "reason"}
    assert site(files, "--model", "capacitated-p-median", "--p", "1", "--json") == 5
    assert keys <= json.loads(capsys.readouterr().out).keys()
    sites = pd.read_csv(files / "sites.csv").assign(excludes=["s2", "", "", "", "", ""], min_people=5)
    sites.to_csv(files / "sites.csv", index=False)
    code = site(files, "--model", "p-tail", "--p", "3", "--time-limit", "0", "--json")
    said = json.loads(capsys.readouterr().out)
    assert keys <= said.keys()
    assert (code, said["status"]) in {(10, "unknown"), (6, "feasible"), (0, "optimal")}
