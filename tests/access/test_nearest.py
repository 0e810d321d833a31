import pandas as pd

from coverage.access import nearest

TIMES = pd.DataFrame(
    [("v1", "b", 10.0), ("v1", "a", 10.0), ("v1", "c", 5.0), ("v2", "a", 30.0)],
    columns=["demand_id", "site_id", "travel_min"],
)


def test_nearest_and_second_with_ties_settled_by_site_id():
    """v1: c at 5, then a and b tie at 10 → a. v2: a at 30 and nothing else."""
    found = nearest(TIMES)
    assert list(found.index) == ["v1", "v2"]
    assert found.loc["v1"].tolist() == ["c", 5.0, "a", 10.0]
    assert found.loc["v2", ["site_id", "travel_min"]].tolist() == ["a", 30.0]
    assert found.loc["v2", ["second_site_id", "second_min"]].isna().all()


def test_row_order_does_not_matter():
    pd.testing.assert_frame_equal(nearest(TIMES), nearest(TIMES.sample(frac=1, random_state=3)))


def test_input_is_not_changed_and_empty_gives_empty():
    before = TIMES.copy()
    nearest(TIMES)
    pd.testing.assert_frame_equal(TIMES, before)
    assert nearest(TIMES.iloc[:0]).empty
