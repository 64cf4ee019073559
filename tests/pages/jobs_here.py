"""Jobs of pages run at once in the process of the test: the same commands, no waiting."""

from __future__ import annotations

import contextlib
import io
import json
import secrets
import time
from collections.abc import Sequence

from vaeviz.cli.main import main
from vaeviz.jobs.background import REQUEST_FILE
from vaeviz.jobs.job import JOBS_FOLDER, RESULT_FILE, Job
from vaeviz.jobs.reporter import STATUS_FILE
from vaeviz.jobs.status import JobRequest, JobStatus, Limits
from vaeviz.ui import state, workspace


def begin_here(
    kind: str, arguments: Sequence[str], label: str, limits: Limits | None = None
) -> Job:
    """In place of `vaeviz.ui.jobs.begin`: the command has ended when this returns."""
    folder = workspace.folder() / JOBS_FOLDER / secrets.token_hex(16)
    folder.mkdir(parents=True)
    request = JobRequest(kind=kind, argv=tuple(arguments), label=label, created=time.time())
    (folder / REQUEST_FILE).write_text(request.to_json())
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = main([*arguments, "--json"])
    status = JobStatus(state="done", fraction=1.0)
    if code:
        status = JobStatus(state="failed", error_message=complained.getvalue().strip())
    else:
        (folder / RESULT_FILE).write_text(json.dumps(json.loads(said.getvalue())))
    (folder / STATUS_FILE).write_text(status.to_json())
    job = Job(folder, workspace.folder())
    state.watch(job.name)
    return job
