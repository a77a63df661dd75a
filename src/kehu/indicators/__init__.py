"""Service indicators over time: control charts, targets, before and after."""

from kehu.indicators.charts import ControlChart, control_chart
from kehu.indicators.periods import means, rates
from kehu.indicators.targets import Change, against_target, before_after

__all__ = ["Change", "ControlChart", "against_target", "before_after", "control_chart", "means", "rates"]
