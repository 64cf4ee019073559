"""How the program starts and ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.run import assert_refused, run_here, run_process
from vaeviz.cli.serve import ROOT, check_loopback, streamlit_arguments
from vaeviz.data import catalogue

COMMANDS = (
    "panels",
    "import",
    "train",
    "embed",
    "compression",
    "latent-sizes",
    "codecs",
    "entropy",
    "serial-founder",
    "links",
    "compress",
    "decompress",
    "streams",
    "simulate",
    "serve",
    "export",
)


def test_help_is_quick_and_lists_every_command() -> None:
    started = time.monotonic()
    ended = run_process("--help")
    assert time.monotonic() - started < 3.0
    assert ended.code == 0
    for command in COMMANDS:
        assert f" {command} " in ended.stdout


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from vaeviz.cli.main import main; main(['--help']);"
        "print(sorted({'torch', 'pandas', 'allel', 'zarr', 'streamlit', 'umap', 'plotly'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(capfd, command, "--help")
    assert ended.code == 0
    assert "--json" in ended.stdout
    assert "--job" not in ended.stdout


def test_nothing_said_is_a_call_for_help(capfd: pytest.CaptureFixture[str]) -> None:
    ended = run_here(capfd)
    assert ended.code == 0
    assert "Usage" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["trian"], "Did you mean 'train'?"),
        (["train"], "Missing argument 'PANEL'"),
        (["train", "human-array"], "--output"),
        (["train", "human-array", "-o", "m.vaeviz", "--epochs", "many"], "--epochs"),
        (["train", "human-array", "-o", "m.vaeviz", "--epochs", "0"], "epochs"),
        (["train", "human-array", "-o", "m.vaeviz", "--hidden", "a,b"], "--hidden"),
        (["train", "human-array", "-o", "m.zip"], ".vaeviz"),
        (["train", "no-such-panel", "-o", "m.vaeviz"], "human-array"),
        (["import", "absent.vcf", "-o", "x.vcz"], "absent.vcf"),
        (["import", "absent.vcf", "-o", "x.vcz", "--maf", "0.7"], "maf"),
        (["embed", "absent.vaeviz", "human-array", "-o", "e.csv"], "absent.vaeviz"),
        (["simulate", "m.vaeviz", "human-array", "-o", "s.csv"], "0 regions"),
        (
            ["simulate", "m.vaeviz", "p", "-o", "s.csv", "--population", "A", "--from", "B"],
            "both --from and --to",
        ),
        (["simulate", "m.vaeviz", "p", "-o", "s.bcf", "--population", "A"], ".vcf.gz"),
        (["panels", "--job"], "--job"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: list[str],
    part: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(run_here(capfd, *arguments), part)
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback() -> None:
    ended = run_process(
        "embed", "absent.vaeviz", "human-array", "-o", "/tmp/e.csv", VAEVIZ_DEBUG="1"
    )
    assert ended.code == 2
    assert "Traceback" in ended.stderr


def test_a_fault_of_ours_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("/home/someone/secret")

    monkeypatch.setattr(catalogue, "default_panel_name", broken)
    ended = run_here(capfd, "panels")
    assert ended.code == 1
    assert "ZeroDivisionError" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


def test_interrupt_is_clean(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "default_panel_name", interrupted)
    ended = run_here(capfd, "panels")
    assert ended.code == 130
    assert ended.stderr.strip() == "stopped."


def test_panels_lists_what_is_built_in(capfd: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(run_here(capfd, "panels", "--json").stdout)["panels"]
    assert [panel["name"] for panel in listed] == catalogue.builtin_names()
    assert [panel["name"] for panel in listed if panel["default"]] == ["human-array"]
    assert all(panel["simulated"] for panel in listed)
    assert "human-array" in run_here(capfd, "panels").stdout


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "192.168.1.7", "example.org", "", "::ffff:127.0.0.1", "1.1.1.1"]
)
def test_only_this_machine_can_reach_the_dashboard(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert_refused(
        run_here(capfd, "serve", "--address", address), "does not listen on", "127.0.0.1"
    )


@pytest.mark.parametrize(
    ("address", "bound"),
    [
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.3.4.5", "127.3.4.5"),
        ("::1", "::1"),
    ],
)
def test_loopback_addresses_are_taken(address: str, bound: str) -> None:
    assert check_loopback(address) == bound


def test_busy_port_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    if not (ROOT / "app.py").is_file():
        pytest.skip("app.py is not here")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(run_here(capfd, "serve", "--port", str(port)), f"Port {port}")


def test_server_gets_its_privacy_settings() -> None:
    text = " ".join(streamlit_arguments(Path("app.py"), "127.0.0.1", 8501))
    assert "--server.address 127.0.0.1" in text
    assert "--browser.gatherUsageStats false" in text
