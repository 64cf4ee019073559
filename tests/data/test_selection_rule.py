from __future__ import annotations

import pytest

from vaeviz.data.selection import Selection, combine
from vaeviz.data.selection_rule import (
    MAX_STEPS,
    ByIds,
    ByLabels,
    ByPolygon,
    Composite,
    Inverted,
    View3D,
    then,
)
from vaeviz.errors import ConfigError

LINE = ByPolygon(
    on="latent",
    axes=("a", "b", "c"),
    corners=((0, 0), (1, 0), (0, 1)),
    view=View3D(yaw=1, pitch=0.5, zoom=2),
)
LABELS = ByLabels(column="population", labels=("FIN",))


def test_rules_survive_a_file_as_they_are() -> None:
    made = Selection(sample_ids=("A",), origin=then(Inverted(of=LINE), "intersect", LABELS))
    assert Selection.from_json(made.to_json()) == made


def test_combined_selections_tell_every_step_in_order() -> None:
    first = Selection(name="a", sample_ids=("1", "2"), origin=LINE)
    for how in ("add", "subtract"):
        first = combine(first, Selection(sample_ids=("3",), origin=LABELS), how)
    assert isinstance(first.origin, Composite)
    assert first.origin.first == LINE
    assert [(s.how, s.rule) for s in first.origin.steps] == [("add", LABELS), ("subtract", LABELS)]


def test_a_story_with_a_gap_or_too_long_is_not_told() -> None:
    assert then(None, "add", LABELS) is None
    assert then(None, "replace", LABELS) == LABELS
    rule = LABELS
    for _ in range(MAX_STEPS):
        rule = then(rule, "add", ByIds())
    assert rule is not None
    assert then(rule, "add", ByIds()) is None


def test_a_story_within_a_story_can_always_be_read_back() -> None:
    made = Selection(sample_ids=("A",), origin=LABELS)
    for _ in range(300):
        made = Selection(sample_ids=("A",), origin=Inverted(of=made.origin))
        made = combine(made, Selection(sample_ids=("B",), origin=LABELS), "add")
        assert Selection.from_json(made.to_json()) == made
    deep = '{"kind": "inverted", "of": ' * 60 + "null" + "}" * 60
    assert Selection.from_json(f'{{"origin": {deep}}}').origin is None


@pytest.mark.parametrize(
    "bad", [{"corners": [[0, 0]]}, {"corners": [[0, "x"]] * 3}, {"axes": []}, {"view": {"yaw": 0}}]
)
def test_bad_rules_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        ByPolygon.make(**(LINE.model_dump() | bad))
