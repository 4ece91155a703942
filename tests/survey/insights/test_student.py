import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from survey.insights.student import incomplete_beta, two_sided


class TestQuantile:
    @pytest.mark.parametrize("freedom", [1, 1.3, 2, 3, 4.7, 10, 29, 100.5, 5000])
    @pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.99, 0.999])
    def test_agrees_with_scipy(self, confidence, freedom):
        assert two_sided(confidence, freedom) == pytest.approx(stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-9)

    @given(st.floats(1, 1e4), st.floats(0.5, 0.999))
    def test_agrees_with_scipy_everywhere(self, freedom, confidence):
        assert two_sided(confidence, freedom) == pytest.approx(stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-7)

    @pytest.mark.parametrize(("confidence", "freedom"), [(0, 5), (1, 5), (0.95, 0), (0.95, -1)])
    def test_what_has_no_quantile_is_refused(self, confidence, freedom):
        with pytest.raises(ValueError, match="Confidence lies between"):
            two_sided(confidence, freedom)


# not nearer to 1: there the oracle itself loses digits (its I_x(.5, .5) departs from 2/pi asin(sqrt(x)))
@given(st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0, 0.999999))
def test_incomplete_beta_agrees_with_scipy(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-10)
