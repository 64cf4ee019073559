"""Every command on a small panel: files, JSON, and the numbers in them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.files import SAMPLES, panel_file, write_vcf_text
from tests.cli.run import Ended, assert_refused, run_here
from tests.panels import hostile_panel
from vaeviz.cli.main import main
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.vcz import load_panel, save_panel

N_PEOPLE = 180
N_SITES = 120
SIMULATE = ("simulate", "--generator", "global")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phased panel p.vcz and two models of it: people m.vaeviz, haplotypes hap.vaeviz."""
    made = tmp_path_factory.mktemp("commands")
    panel_file(made, n_samples=N_PEOPLE, n_sites=N_SITES)
    short = ["--epochs", "4", "--components", "10", "--hidden", "16", "--seed", "3"]
    for name, rows in (("m", "person"), ("hap", "haplotype")):
        output = ["-o", str(made / f"{name}.vaeviz")]
        assert main(["train", str(made / "p.vcz"), "--rows", rows, *short, *output]) == 0
    return made


def told(ended: Ended) -> dict[str, object]:
    """The one JSON object of a run that went well."""
    assert ended.code == 0, ended.stderr
    lines = ended.stdout.strip().splitlines()
    assert len(lines) == 1
    value = json.loads(lines[0])
    assert isinstance(value, dict)
    return value


def test_import_reads_joins_filters_and_stores(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write_vcf_text(tmp_path, name="c.vcf.gz")
    sheet = tmp_path / "s.csv"
    rows = [f"{i},{'AB'[k % 2]},1.5,2.5" for k, i in enumerate(SAMPLES[:-1])]
    sheet.write_text("\n".join(["who,where,lat,lon", *rows, "stranger,C,0,0"]) + "\n")
    output = tmp_path / "new" / "x.vcz"
    result = told(
        run_here(
            capfd,
            *("import", file, "--samples", sheet, "--columns", "sample=who,population=where"),
            *("--max-sites", "10", "--name", "Mine", "--species", "canid", "-o", output, "--json"),
        )
    )
    panel = load_panel(output)
    assert (panel.n_samples, panel.n_sites) == (len(SAMPLES), 10)
    assert (panel.info.name, panel.info.species) == ("Mine", "canid")
    assert panel.labels("population")[:2].tolist() == ["A", "B"]
    assert panel.samples["latitude"].iloc[0] == 1.5
    assert result["panel"]["digest"] == panel.digest
    join = result["sample_join"]
    assert (join["matched"], join["missing_ids"], join["extra_ids"]) == (
        len(SAMPLES) - 1,
        [SAMPLES[-1]],
        ["stranger"],
    )
    (step,) = result["waterfall"]
    assert (step["sites_before"], step["sites_after"]) == (20, 10)


def test_import_filters_nothing_unasked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = panel_file(tmp_path, n_samples=20, n_sites=30, missing=0.3, phased=False)
    result = told(run_here(capfd, "import", source, "-o", tmp_path / "x.vcz", "--json"))
    assert result["waterfall"] == []
    assert np.array_equal(load_panel(tmp_path / "x.vcz").counts, load_panel(source).counts)


def test_import_shows_what_it_did(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(
        capfd, "import", write_vcf_text(tmp_path), "--maf", "0.1", "-o", tmp_path / "x.vcz"
    )
    assert "MAF >= 0.1" in ended.stdout
    assert f"{len(SAMPLES)} samples" in ended.stdout


def test_train_tells_held_out_figures(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(
        capfd,
        *("train", folder / "p.vcz", "--epochs", "2", "--latent", "3", "--seed", "5"),
        *("--condition", "superpopulation", "--name", "Third", "-o", folder / "third.vaeviz"),
        "--json",
    )
    result = told(ended)
    assert result["name"] == "Third"
    assert result["config"]["n_latent"] == 3
    assert result["config"]["condition"] == "superpopulation"
    metrics = result["metrics"]
    assert metrics["n_train"] + metrics["n_validation"] + metrics["n_test"] == N_PEOPLE
    for key in ("", "_frequencies", "_pca"):
        assert 0 < metrics[f"test_bits_per_allele{key}"] < 1.5


def test_train_prints_a_table_for_people(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(
        capfd, "train", folder / "p.vcz", "--epochs", "1", "-o", folder / "fourth.vaeviz"
    )
    for line in ("this model", "training frequencies", "PCA"):
        assert line in ended.stdout


def test_embed_gives_a_row_a_person(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = folder / "latent.csv"
    result = told(
        run_here(capfd, "embed", folder / "m.vaeviz", folder / "p.vcz", "-o", output, "--json")
    )
    table = pd.read_csv(output)
    assert result["rows"] == len(table) == N_PEOPLE
    assert list(table.columns) == [
        *("sample", "population", "superpopulation", "split"),
        *("latent_1_mean", "latent_1_sd", "latent_2_mean", "latent_2_sd"),
    ]
    assert set(table["split"]) == {"train", "validation", "test"}
    assert table["sample"].tolist() == load_panel(folder / "p.vcz").sample_ids.tolist()
    assert (table[["latent_1_sd", "latent_2_sd"]] > 0).all(axis=None)


def test_embed_gives_a_row_a_haplotype_when_asked(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = folder / "haplotypes.csv"
    arguments = ("embed", folder / "hap.vaeviz", folder / "p.vcz", "-o", output, "--json")
    assert told(run_here(capfd, *arguments))["rows"] == N_PEOPLE
    people = pd.read_csv(output)
    assert told(run_here(capfd, *arguments, "--haplotypes"))["rows"] == 2 * N_PEOPLE
    haplotypes = pd.read_csv(output)
    mean = haplotypes.groupby("sample", sort=False)["latent_1_mean"].mean()
    assert np.allclose(mean, people["latent_1_mean"])


def test_embed_of_other_sites_is_refused(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(
        capfd, "embed", folder / "m.vaeviz", "human-array", "-o", folder / "nothing.csv"
    )
    assert_refused(ended, "sites")
    assert not (folder / "nothing.csv").exists()


@pytest.mark.parametrize(("share", "warned"), [(0.3, True), (1.0, False)])
def test_embed_warns_where_few_sites_overlap(
    folder: Path, capfd: pytest.CaptureFixture[str], share: float, warned: bool
) -> None:
    panel = load_panel(folder / "p.vcz")
    few = folder / f"part{share}.vcz"
    save_panel(panel.take_sites(np.arange(int(share * panel.n_sites))), few)
    ended = run_here(capfd, "embed", folder / "m.vaeviz", few, "-o", folder / "few.csv")
    assert ended.code == 0
    assert ("unreliable" in " ".join(ended.stdout.split())) is warned


def test_compression_writes_groups_and_people(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, people = folder / "groups.csv", folder / "people.csv"
    result = told(
        run_here(
            capfd,
            *("compression", folder / "hap.vaeviz", folder / "p.vcz", "--by", "population"),
            *("--bootstrap", "20", "-o", output, "--people", people, "--json"),
        )
    )
    groups, persons = pd.read_csv(output), pd.read_csv(people)
    assert len(result["groups"]) == len(groups)
    assert groups["group"].iloc[-1] == "all"
    assert groups["n_samples"].iloc[-1] == len(persons)
    assert (groups["ci_low"] <= groups["bits_per_allele"]).all()
    assert (groups["bits_per_allele"] <= groups["ci_high"]).all()


def test_entropy_equals_an_independent_computation(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import allel

    output = folder / "entropy.csv"
    result = told(run_here(capfd, "entropy", folder / "p.vcz", "-o", output, "--json"))
    table = pd.read_csv(output).set_index("group")["mean_entropy_bits"]
    assert {row["group"] for row in result["groups"]} == set(table.index)
    panel = load_panel(folder / "p.vcz")
    genotypes = allel.GenotypeArray(panel.genotypes())
    for group in table.index:
        members = np.flatnonzero(panel.labels("superpopulation") == group)
        p = genotypes.count_alleles(subpop=members, max_allele=1).to_frequencies()
        bits = -np.where(p > 0, p * np.log2(np.where(p > 0, p, 1)), 0).sum(1)
        assert table[group] == pytest.approx(bits.mean(), abs=1e-9)


@pytest.mark.parametrize("suffix", [".vcf.gz", ".bed", ".csv"])
def test_simulate_writes_what_was_asked(
    suffix: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    label = load_panel(folder / "p.vcz").labels("population")[0]
    output = folder / f"synthetic{suffix}"
    result = told(
        run_here(
            capfd,
            *(
                "simulate",
                "--generator",
                "global",
                "--near-copies",
                "keep",
                folder / "hap.vaeviz",
                folder / "p.vcz",
                "--population",
                label,
            ),
            *("-n", "7", "--seed", "2", "--allow-small", "-o", output, "--json"),
        )
    )
    assert output.is_file()
    assert (result["panel"]["n_samples"], result["panel"]["n_sites"]) == (7, N_SITES)
    assert result["panel"]["synthetic"] is True
    if suffix == ".csv":
        assert len(pd.read_csv(output, comment="#")) in (7, 14, N_SITES)
    else:
        assert (read_panel(output).panel.counts >= 0).all()


def test_simulate_reports_and_gives_latents(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = sorted(set(load_panel(folder / "p.vcz").labels("population")))[:2]
    report, latent = folder / "report.json", folder / "drawn.csv"
    result = told(
        run_here(
            capfd,
            *(
                "simulate",
                "--generator",
                "global",
                "--near-copies",
                "keep",
                folder / "m.vaeviz",
                folder / "p.vcz",
                "--from",
                first,
                "--to",
                second,
            ),
            *("-n", "12", "--allow-small", "-o", folder / "path.csv"),
            *("--report", report, "--latent", latent, "--json"),
        )
    )
    written = json.loads(report.read_text())
    assert written["verdict"] == result["verdict"]
    assert len(written["metrics"]) == len(result["checks"]) > 3
    assert 0 < len(pd.read_csv(latent)) == result["panel"]["n_samples"] <= 12


def test_same_seed_gives_the_same_people(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    label = load_panel(folder / "p.vcz").labels("population")[0]
    contents = []
    for name, seed in (("a.csv", 4), ("b.csv", 4), ("c.csv", 5)):
        arguments = (
            "simulate",
            "--generator",
            "global",
            "--near-copies",
            "keep",
            folder / "m.vaeviz",
            folder / "p.vcz",
            "--population",
            label,
        )
        ended = run_here(
            capfd, *arguments, "-n", "5", "--allow-small", "--seed", str(seed), "-o", folder / name
        )
        assert ended.code == 0, ended.stderr
        contents.append((folder / name).read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_small_regions_need_a_confirmation(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ids = load_panel(folder / "p.vcz").sample_ids
    chosen = folder / "ids.txt"
    command = (
        "simulate",
        "--generator",
        "global",
        "--near-copies",
        "keep",
        folder / "m.vaeviz",
        folder / "p.vcz",
        "--selection",
        chosen,
    )
    output = ("-n", "5", "-o", folder / "small.csv")
    chosen.write_text("\n".join(ids[:20]) + "\n")
    assert_refused(run_here(capfd, *command, *output), "20 people", "--allow-small")
    chosen.write_text("\n".join(ids[:9]) + "\n")
    assert_refused(run_here(capfd, *command, *output, "--allow-small"), "9 people")
    chosen.write_text("\n".join(["nobody", *ids[:60]]) + "\n")
    assert_refused(run_here(capfd, *command, *output), "1")
    assert not (folder / "small.csv").exists()
    chosen.write_text("\n".join(ids[:20]) + "\n")
    assert run_here(capfd, *command, *output, "--allow-small").code == 0


def test_unknown_population_offers_the_known(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    known = load_panel(folder / "p.vcz").labels("population")[0]
    ended = run_here(
        capfd,
        *(
            "simulate",
            "--generator",
            "global",
            "--near-copies",
            "keep",
            folder / "m.vaeviz",
            folder / "p.vcz",
            "--population",
            "Atlantis",
        ),
        *("-o", folder / "none.csv"),
    )
    assert_refused(ended, "Atlantis", known)


def test_export_packs_everything_but_genotypes(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = folder / "out.zip"
    arguments = ("export", folder / "hap.vaeviz", folder / "p.vcz", "--no-images", "-o", output)
    result = told(run_here(capfd, *arguments, "--json"))
    with zipfile.ZipFile(output) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        everything = b"".join(archive.read(name) for name in names if name.endswith(".html"))
    for figure in ("latent_map", "bits_by_group", "entropy_bars", "learning_curves"):
        assert figure in result["figures"]
        assert {f"figures/{figure}.html", f"tables/{figure}.csv"} <= names
    assert {"METHODS.md", "tables/latent.csv"} <= names
    assert any(name.startswith("models/") for name in names)
    assert not any("genotypes" in name or name.endswith(".vcf.gz") for name in names)
    assert manifest["genotypes_included"] is False
    assert manifest["panel"]["digest"] == load_panel(folder / "p.vcz").digest
    assert b"simulated" in everything


@pytest.mark.slow
def test_export_packs_genotypes_when_asked(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = folder / "all.zip"
    arguments = ("export", folder / "hap.vaeviz", folder / "p.vcz", "--no-images", "-o", output)
    assert told(run_here(capfd, *arguments, "--genotypes", "--json"))["genotypes"] is True
    with zipfile.ZipFile(output) as archive:
        assert any(name.startswith("genotypes/") for name in archive.namelist())


def test_inputs_are_never_outputs(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = (folder / "m.vaeviz").read_bytes()
    panel = folder / "p.vcz"
    assert_refused(run_here(capfd, "import", panel, "-o", panel), "overwrite an input")
    link = folder / "link.vaeviz"
    link.symlink_to(folder / "m.vaeviz")
    ended = run_here(capfd, "embed", link, panel, "-o", panel / "x.csv")
    assert_refused(ended, "overwrite an input")
    assert (folder / "m.vaeviz").read_bytes() == model


def test_damaged_models_are_refused(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = (folder / "m.vaeviz").read_bytes()
    for name, content in (("cut", data[: len(data) // 2]), ("text", b"not a model"), ("no", b"")):
        damaged = folder / f"{name}.vaeviz"
        damaged.write_bytes(content)
        ended = run_here(capfd, "embed", damaged, folder / "p.vcz", "-o", folder / "none.csv")
        assert_refused(ended)
    assert not (folder / "none.csv").exists()


def test_hostile_labels_stay_inert(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save_panel(hostile_panel(), tmp_path / "p.vcz")
    output = tmp_path / "e.csv"
    ended = run_here(capfd, "entropy", tmp_path / "p.vcz", "--by", "population", "-o", output)
    assert ended.code == 0, ended.stderr
    assert "\t" not in ended.stdout
    assert "L" * 100 not in ended.stdout
    cells = pd.read_csv(output, keep_default_na=False)["group"]
    assert not cells.str.startswith(("=", "+", "-", "@")).any()


def test_odd_panels_have_an_entropy_table(
    odd: Panel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    save_panel(odd, tmp_path / "p.vcz")
    ended = run_here(capfd, "entropy", tmp_path / "p.vcz", "-o", tmp_path / "e.csv", "--json")
    assert told(ended)["groups"]
