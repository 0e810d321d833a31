"""What a siting question may say: each model's own settings, and mistakes in words."""

import pytest

from coverage.errors import ScenarioError
from coverage.study import Question, Scenario, load_scenario, scenario_toml
from coverage.study.question import MODELS

RIGHT = {
    # the least that each model asks for
    "unit_cover": "", "lscp": "", "lscp_backup": "", "partial_cover": "share = 0.9", "mclp": "p = 3",
    "gradual_mclp": "p = 3\nlevel = [{within_min = 15, worth = 1}, {within_min = 30, worth = 0.5}]",
    "backup_mclp": "budget_wan = 300\nbackup_weight = 0.5", "p_median": "p = 3", "p_center": "p = 3",
    "capacitated_mclp": "budget_wan = 300\nsplit = false", "capacitated_p_median": "p = 3",
    "cflp": "wan_per_person_min = 0.01", "fair": "p = 3", "fair_in_order": "p = 3",
    "p_tail": "p = 3", "least_shortfall": "p = 3\nshare = 0.9",
    "phased_mclp": "phase = [{year = 2023, p = 2}, {year = 2024, p = 1}]",
    "two_tiers": 'p = 3\nupper = {service_type = "康复机构", within_min = 60, p = 1}',
    "robust_mclp": 'p = 3\naim = "worst"\nvariants = ["slow", "fast"]\nwithout_roads = ["309国道"]',
    "frontier": "steps = [1, 2, 3]",
    "least_cost": 'goals = ["a/b", {share = 0.9, within_min = 30}, {each = 1, level = "县"}]\nbudget_wan = 300',
    "least_miss": 'goals = [{goal = "a/b", priority = 2}, {count = 3, weight = 2}]\nbudget_wan = 300',
}


def asked(tmp_path, model: str, settings: str = ""):
    path = tmp_path / "情景.toml"
    path.write_text(f'title = "甲"\nproject = "x"\n[[siting]]\nname = "q"\nmodel = "{model}"\n{settings}',
                    encoding="utf-8")
    return load_scenario(path).siting[0]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_asked_for_in_a_file(tmp_path, model):
    assert asked(tmp_path, model, RIGHT[model]).model == model


@pytest.mark.parametrize("model", [name for name, model in MODELS.items() if model.needs])
def test_what_a_model_cannot_do_without_is_named(tmp_path, model):
    with pytest.raises(ScenarioError, match="还要写") as caught:
        asked(tmp_path, model)
    for group in MODELS[model].needs:
        assert group[0] in str(caught.value)


@pytest.mark.parametrize("model", MODELS)
def test_a_setting_of_another_model_is_refused(tmp_path, model):
    foreign = "backup_weight = 0.5" if model != "backup_mclp" else "share = 0.5"
    with pytest.raises(ScenarioError, match=f"不写 {foreign.split()[0]}"):
        asked(tmp_path, model, f"{RIGHT[model]}\n{foreign}")


@pytest.mark.parametrize(("model", "settings", "says"), [
    ("mclp", "p = 0", "p：不应小于 1"),
    ("mclp", 'p = "三"', "p：应为整数"),
    ("mclp", "p = 2.5", "p：应为整数"),
    ("mclp", "budget_wan = -1", "budget_wan：不应小于 0"),
    ("mclp", "budget_wan = nan", "budget_wan"),
    ("mcpl", "p = 3", "model：应为"),
    ("partial_cover", "share = 90", "share：不应大于 1"),
    ("partial_cover", 'share = 0.9\ngoal = "a/b"', "不再写 share"),
    ("phased_mclp", "phase = [{year = 2024, p = 1}, {year = 2023, p = 1}]", "由早到晚"),
    ("phased_mclp", "phase = [{year = 2023, p = 1}, {year = 2024, budget_wan = 60}]", "要么都写"),
    ("phased_mclp", "phase = [{year = 2023}]", "二者取一"),
    ("phased_mclp", "phase = []", "至少要有 1 个"),
    ("phased_mclp", "phase = [{year = 2023, p = 1, cost = 3}]", "phase 第 1 项.cost：没有这个设置项"),
    ("gradual_mclp", "p = 1\nlevel = [{within_min = 15, worth = 0.5}, {within_min = 30, worth = 1}]", "worth 应越小"),
    ("frontier", "steps = [1]\nbudget_steps_wan = [60]", "二者取一"),
    ("mclp", "p = 1\nclusters = 9", "clusters 只和"),
    ("mclp", 'p = 1\ncandidates = "火星"', "candidates：应为"),
    ("mclp", 'p = 1\nsite = [{site_id = "a", lon = 105}]', "lon 和 lat"),
    ("mclp", 'p = 1\nsite = [{site_id = "a"}, {site_id = "a"}]', "site 里重复：a"),
    ("mclp", 'p = 1\nsite = [{site_id = "a", role = "也许"}]', "site 第 1 项.role：应为"),
    ("two_tiers", 'p = 1\nupper = {service_type = "网吧", within_min = 60, p = 1}', "upper.service_type：应为"),
    ("robust_mclp", 'p = 1\naim = "best"', "aim：应为"),
    ("least_cost", "goals = [{share = 0.9, count = 2}]", "只写其一"),
    ("least_cost", "goals = [{each = 1, within_min = 30}]", "within_min 和 share 一起写"),
    ("least_cost", 'goals = ["a/b", "a/b"]', "goals 里有重复"),
    ("least_cost", "goals = []", "至少要有 1 个"),
    ("mclp", 'p = 1\nways = ["扩容"]', "扩容要写 places"),
    ("mclp", 'p = 1\nways = [{way = "扩容", places = 5}]', "扩容只对计算容量的问题"),
    ("mclp", 'p = 1\nways = [{way = "升级", places = 5}]', "places 只和"),
    ("mclp", 'p = 1\nways = [{way = "新建", to = "乡镇驻地"}]', "to 只和"),
    ("mclp", 'p = 1\nways = [{way = "新建", sites = ["S1"]}]', "新建不写 sites"),
    ("mclp", 'p = 1\nways = ["关停"]', "关停要和 yearly_budget_wan"),
    ("mclp", 'p = 1\nyearly_budget_wan = 20\nways = [{way = "关停", cost_wan = 1}]', "关停只写"),
    ("mclp", "p = 1\nyearly_budget_wan = 20", "running_wan"),
    ("p_median", "p = 1\nyearly_budget_wan = 20\nrunning_wan = 1", "不写 running_wan"),
    ("mclp", 'p = 1\nways = ["拆除"]', "ways 第 1 项.way：应为"),
])
def test_mistakes_are_told_in_words(tmp_path, model, settings, says):
    with pytest.raises(ScenarioError) as caught:
        asked(tmp_path, model, settings)
    assert says in str(caught.value)
    assert "nput should" not in str(caught.value), "no English"


@pytest.mark.parametrize("model", MODELS)
def test_a_question_written_back_loads_the_same(tmp_path, model):
    scenario = Scenario(title="甲", project=tmp_path, siting=(asked(tmp_path, model, RIGHT[model]),))
    path = tmp_path / "写回.toml"
    path.write_text(scenario_toml(scenario), encoding="utf-8")
    assert load_scenario(path).siting == scenario.siting


def test_all_mistakes_of_a_question_at_once(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        asked(tmp_path, "least_shortfall", "n = 2")
    assert all(word in str(caught.value) for word in ("p 或 budget_wan", "share 或 goal", "不写 n"))


def test_a_bare_name_is_a_goal_or_a_way(tmp_path):
    question = asked(tmp_path, "least_cost", 'goals = ["a/b"]\nways = ["新建", {way = "搬迁", cost_wan = 5}]')
    assert question.goals[0].goal == "a/b"
    assert [(way.way, way.cost_wan) for way in question.ways] == [("新建", None), ("搬迁", 5)]


def test_a_question_asked_twice_is_the_same_key():
    """The app keeps answers by question."""
    one, other = (Question(name="q", model="mclp", p=2, site=({"site_id": "a", "role": "必选"},)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
