"""What a session has open: one frozen object in session state, kept on disk for the next visit."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from vaeviz.config import Purpose, Settings
from vaeviz.data.catalogue import BUILT_IN, default_panel_name
from vaeviz.data.selection import Selection
from vaeviz.errors import VaevizError
from vaeviz.ui import library, workspace

logger = logging.getLogger(__name__)

MAX_HISTORY = 10
MAX_KEPT = 20
MAX_REMEMBERED = 100
SLOTS: dict[Purpose, str] = {"map": "model_ref", "sequence": "sequence_ref"}
"""Field of the state that holds the current model of a purpose."""

_KEY = "vaeviz_state"
_FILE = "session.json"
_NOTICES = "vaeviz_notices"
_STALE = "vaeviz_frame_stale"


class AppState(Settings):
    """Panel, models and selection of a session, and the jobs whose results it waits for.

    Attributes
    ----------
    panel_ref : str or None
        Reference as in `vaeviz.ui.workspace`.
    model_ref, sequence_ref : str or None
        The current models of the panel: the map, which has one latent point a row, and the
        sequence model, which has a latent for every window.
    selection : Selection or None
        The one current selection.
    history : tuple of Selection or None
        Earlier selections, oldest first, at most `MAX_HISTORY`.
    undone : tuple of Selection or None
        Later selections that were gone back from, the nearest last.
    kept : tuple of Selection
        Selections put aside under names of their own, at most `MAX_KEPT`.
    watching : tuple of str
        Names of job folders whose result this session takes over when they end.
    models : dict
        The last map and sequence model of panels that are not open, at most `MAX_REMEMBERED`.
    """

    panel_ref: str | None = None
    model_ref: str | None = None
    sequence_ref: str | None = None
    selection: Selection | None = None
    history: tuple[Selection | None, ...] = ()
    undone: tuple[Selection | None, ...] = ()
    kept: tuple[Selection, ...] = ()
    watching: tuple[str, ...] = ()
    models: dict[str, tuple[str | None, str | None]] = {}

    def model_for(self, purpose: Purpose) -> str | None:
        """Reference of the current model of a purpose."""
        return self.model_ref if purpose == "map" else self.sequence_ref

    @property
    def purposes(self) -> list[Purpose]:
        """Purposes for which there is a current model."""
        return [purpose for purpose in SLOTS if self.model_for(purpose) is not None]


def demo() -> AppState:
    """The state a first visit starts with: the default panel and its demo model."""
    name = default_panel_name()
    return AppState(panel_ref=name, model_ref=workspace.demo_model(name))


def get() -> AppState:
    """The session's state; restored from the last visit, or the demo, when the session is new."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _restore()
    state: AppState = st.session_state[_KEY]
    return state


def update(**changes: object) -> AppState:
    """Replace fields of the state (a new frozen object) and keep it on disk."""
    return replace(get().model_copy(update=changes))


def replace(state: AppState) -> AppState:
    """Put another state in place of the session's and keep it on disk."""
    st.session_state[_KEY] = state
    kept = state.model_copy(update={"history": (), "undone": ()})
    file = workspace.folder() / _FILE
    # A name of its own: another window of the same workspace may write at the same moment.
    temporary = file.with_suffix(f".{secrets.token_hex(6)}.tmp")
    temporary.write_text(kept.to_json(), encoding="utf-8")
    temporary.replace(file)
    return state


def set_panel(ref: str) -> None:
    """Open another panel: its own last models come back, and the selection is let go."""
    state = get()
    if (state.selection is not None or state.kept) and ref != state.panel_ref:
        notice("The selection was made on another panel and was cleared.")
    models = _with_models_of(state)
    map_ref, sequence_ref = (_still_there(model) for model in models.get(ref, (None, None)))
    if map_ref is None and ref in BUILT_IN:
        map_ref = workspace.demo_model(ref)
    update(
        panel_ref=ref,
        model_ref=map_ref,
        sequence_ref=sequence_ref,
        models=models,
        selection=None,
        history=(),
        undone=(),
        kept=(),
    )


def load_demo() -> None:
    """Open the default panel with its demo map; jobs go on being waited for."""
    first = demo()
    set_panel(str(first.panel_ref))
    update(model_ref=first.model_ref)


def set_model(ref: str) -> None:
    """Use another model with the open panel: as its map or as its sequence model.

    Raises
    ------
    VaevizError
        The model's file is gone, damaged or of another version.
    """
    update(**{SLOTS[library.purpose_of(ref)]: ref})


def move_model(ref: str, purpose: Purpose) -> None:
    """Put a current model where it belongs, after its file said what it is for."""
    update(**{slot: None for slot in SLOTS.values() if getattr(get(), slot) == ref})
    update(**{SLOTS[purpose]: ref})


def reset() -> None:
    """Back to the demo; view settings and selections go, files in the workspace stay."""
    for key in list(st.session_state):
        del st.session_state[key]
    replace(demo())


def mark_frame_stale() -> None:
    """Note that sidebar and notices show something old: a fragment alone cannot redraw them."""
    st.session_state[_STALE] = True


def take_frame_stale() -> bool:
    """Whether the frame shows something old; asking makes it count as redrawn."""
    return bool(st.session_state.pop(_STALE, False))


def select(selection: Selection | None) -> None:
    """Make this the current selection (None clears) and remember the one before it."""
    state = get()
    history = (*state.history, state.selection)[-MAX_HISTORY:]
    update(selection=selection, history=history, undone=())
    mark_frame_stale()


def undo_selection() -> None:
    """Go back to the selection before the current one; nothing happens without one."""
    state = get()
    if state.history:
        undone = (*state.undone, state.selection)
        update(selection=state.history[-1], history=state.history[:-1], undone=undone)
        mark_frame_stale()


def redo_selection() -> None:
    """Come back to the selection that `undo_selection` left; nothing happens without one."""
    state = get()
    if state.undone:
        history = (*state.history, state.selection)
        update(selection=state.undone[-1], history=history, undone=state.undone[:-1])
        mark_frame_stale()


def keep(selection: Selection) -> None:
    """Put a selection aside; one of the same name makes room for it, else the oldest."""
    others = tuple(x for x in get().kept if x.name != selection.name)
    update(kept=(*others, selection)[-MAX_KEPT:])


def forget(name: str) -> None:
    """Let a kept selection go."""
    update(kept=tuple(x for x in get().kept if x.name != name))


def watch(job_name: str) -> None:
    """Take over the result of this job when it ends, also after a refresh or a restart."""
    update(watching=(*get().watching, job_name))


def unwatch(job_name: str) -> None:
    """Stop waiting for a job."""
    update(watching=tuple(x for x in get().watching if x != job_name))


def notice(text: str) -> None:
    """Queue a persistent line for the top of the next page; `text` is safe Markdown."""
    st.session_state[_NOTICES] = [*notices(), text]
    mark_frame_stale()


def notices() -> list[str]:
    """Lines queued by `notice`, oldest first."""
    return list(st.session_state.get(_NOTICES, []))


def dismiss_notices() -> None:
    """Forget all notices."""
    st.session_state[_NOTICES] = []


def _with_models_of(state: AppState) -> dict[str, tuple[str | None, str | None]]:
    """The remembered models, and those of the panel that is open now, newest last."""
    if state.panel_ref is None:
        return state.models
    others = {ref: pair for ref, pair in state.models.items() if ref != state.panel_ref}
    others[state.panel_ref] = (state.model_ref, state.sequence_ref)
    return dict(list(others.items())[-MAX_REMEMBERED:])


def _still_there(ref: str | None) -> str | None:
    try:
        if ref is not None:
            workspace.file_of(ref)
    except VaevizError:
        return None
    return ref


def _restore() -> AppState:
    file = workspace.folder() / _FILE
    if not file.is_file():
        return demo()
    try:
        state = AppState.from_json(file.read_bytes())
        for ref in (state.panel_ref, state.model_ref, state.sequence_ref):
            if ref is not None and ref not in BUILT_IN:
                workspace.file_of(ref)
    except VaevizError as error:
        logger.warning("the last session cannot be restored (%s)", type(error).__name__)
        return demo()
    return state
