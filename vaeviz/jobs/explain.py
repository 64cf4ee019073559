"""Any exception, turned into one that people can read."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from vaeviz.errors import JobError, VaevizError

_MEMORY_SIGNS = ("can't allocate memory", "out of memory", "can't start new thread")


def explain(error: BaseException) -> VaevizError:
    """The error itself when it was written for people, else one that says what happened.

    The result never holds a traceback or a folder's name.
    """
    if isinstance(error, VaevizError):
        return error
    if _is_memory(error):
        return _memory_error(error)
    if isinstance(error, OSError) and error.errno is not None:
        return _file_error(error)
    return JobError(
        f"Something unexpected went wrong ({type(error).__name__}).",
        "Set VAEVIZ_DEBUG=1 on the command line, or read the job's log.txt, and report it.",
    )


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY_SIGNS)


def _memory_error(error: BaseException) -> VaevizError:
    held = psutil.Process().memory_info().rss / 1e9
    limit = memory_limit_gb()
    allowed = f"{limit:.1f} GB were allowed" if limit is not None else _machine_memory()
    asked = str(error).splitlines()[0][:200] if str(error) else "one more block"
    return JobError(
        f"Memory ran out: {held:.1f} GB were in use, {allowed}, and more was asked for ({asked}).",
        "Use fewer sites (--max-sites, or plink2 --thin) or fewer samples, a smaller batch, "
        "or a machine with more memory.",
    )


def _machine_memory() -> str:
    memory = psutil.virtual_memory()
    return f"{memory.available / 1e9:.1f} of the machine's {memory.total / 1e9:.1f} GB were free"


def memory_limit_gb() -> float | None:
    """Limit of this process's address space in GB; None when there is none."""
    try:
        import resource
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft / 1e9


def _file_error(error: OSError) -> VaevizError:
    name = Path(os.fsdecode(error.filename)).name if error.filename else "a file"
    reason = os.strerror(error.errno) if error.errno else "it failed"
    return JobError(
        f"{name[:80]!r} cannot be read or written: {reason}.",
        "Check the name, the permissions and the free space on the disk.",
    )
