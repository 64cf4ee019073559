"""The mark 'unfiltered sequence': kept with the panel, taken off by whatever drops sites."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.files import write_vcf_text
from vaeviz.cli.main import main
from vaeviz.config import FilterConfig
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.data.qc import NO_LONGER_UNFILTERED, apply_filters
from vaeviz.data.vcz import load_panel, save_info, save_panel
from vaeviz.errors import PanelError, ReadError


def marked(panel: Panel) -> Panel:
    return panel.with_info(unfiltered_sequence=True)


def test_a_store_keeps_the_mark_and_old_stores_have_none(phased: Panel, tmp_path: Path) -> None:
    save_panel(marked(phased), tmp_path / "x.vcz")
    assert load_panel(tmp_path / "x.vcz").info.unfiltered_sequence
    attributes = json.loads((tmp_path / "x.vcz" / ".zattrs").read_text())
    del attributes["vaeviz"]["info"]["unfiltered_sequence"]
    (tmp_path / "x.vcz" / ".zattrs").write_text(json.dumps(attributes))
    assert not load_panel(tmp_path / "x.vcz").info.unfiltered_sequence


def test_dropping_sites_takes_the_mark_off(phased: Panel) -> None:
    panel = marked(phased)
    assert not panel.take_sites(np.arange(10)).info.unfiltered_sequence
    assert not panel.take_sites(np.zeros(panel.n_sites, int)).info.unfiltered_sequence
    assert panel.take_sites(np.arange(panel.n_sites)[::-1]).info.unfiltered_sequence
    assert panel.take_samples(np.arange(10)).info.unfiltered_sequence


@pytest.mark.parametrize("filters", [{"maf": 0.3}, {"hwe_p": 0.2}, {"max_sites": 50}])
def test_filters_of_sites_take_it_off_and_say_so(filters: dict[str, float], phased: Panel) -> None:
    done = apply_filters(marked(phased), FilterConfig(**filters)).panel
    assert not done.info.unfiltered_sequence
    assert NO_LONGER_UNFILTERED in done.info.steps[0].what
    unmarked = apply_filters(phased, FilterConfig(**filters)).panel
    assert NO_LONGER_UNFILTERED not in unmarked.info.steps[0].what


def test_filters_that_do_not_look_at_frequencies_leave_it(phased: Panel) -> None:
    sites = phased.sites.assign(chrom=np.where(np.arange(phased.n_sites) < 20, "X", "1"))
    panel = Panel.create(phased.counts, 1, phased.samples, sites, marked(phased).info)
    done = apply_filters(panel, FilterConfig(autosomes=True, max_kinship=0.3)).panel
    assert done.n_sites == phased.n_sites - 20
    assert done.info.unfiltered_sequence


def test_what_is_said_of_a_store_can_be_changed_alone(phased: Panel, tmp_path: Path) -> None:
    path = tmp_path / "x.vcz"
    save_panel(phased, path)
    save_info(path, marked(phased).info)
    loaded = load_panel(path)
    assert loaded.info == marked(phased).info
    assert loaded.digest == phased.digest
    with pytest.raises(PanelError, match="Species"):
        save_info(path, PanelInfo(species="canid"))
    (path / ".zattrs").write_text("{}")
    with pytest.raises(ReadError, match="not saved by VAEviz"):
        save_info(path, phased.info)


def test_import_marks_keeps_and_unmarks(tmp_path: Path) -> None:
    vcf, first, second = write_vcf_text(tmp_path), tmp_path / "a.vcz", tmp_path / "b.vcz"

    def import_as(source: Path, target: Path, *options: str) -> bool:
        assert main(["import", str(source), *options, "-o", str(target)]) == 0
        return load_panel(target).info.unfiltered_sequence

    assert not import_as(vcf, first)
    assert import_as(vcf, first, "--unfiltered-sequence")
    assert import_as(first, second)
    assert not import_as(first, second, "--filtered")
    assert not import_as(first, second, "--max-sites=5")
