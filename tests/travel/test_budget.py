"""What a run would take is told before it, and grows with what it is asked."""

import pytest

from coverage import settings
from coverage.travel import estimate


def test_an_estimate_counts_every_pair_and_its_memory():
    told = estimate(300, 40, 5_000)
    assert told.pairs == 12_000 and told.memory_gb == pytest.approx(12_000 * 200 / 2**30) and told.fits
    assert "12,000 对" in str(told) and "估计" in str(told)


def test_what_cannot_fit_says_so_before_the_run_and_at_the_limit_of_the_run_itself():
    side = int(settings.MOST_PAIRS**0.5)
    assert estimate(side, side, 1_000).fits
    assert not estimate(side + 1_000, side + 1_000, 1_000).fits
    assert "放不下" in str(estimate(side + 1_000, side + 1_000, 1_000))


def test_the_nearest_alone_of_a_large_run_are_few_pairs():
    assert estimate(10_000, 10_000, 1_200_000, nearest=2).pairs == 20_000
    assert estimate(10_000, 10_000, 1_200_000, nearest=2).fits


@pytest.mark.parametrize("more", [(600, 40, 5_000), (300, 80, 5_000), (300, 40, 50_000)])
def test_more_of_anything_takes_longer(more):
    assert estimate(*more).minutes > estimate(300, 40, 5_000).minutes
    assert estimate(300, 40, 5_000, round_trip=True).minutes == 2 * estimate(300, 40, 5_000).minutes
