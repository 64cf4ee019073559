// Mouse, wheel and fingers: turn, shift, zoom, circle, and ask about one person.

const CLICK_PX = 4;
const REACH_PX = 12;
const STEP_PX = 3; // between corners of a line drawn by hand
const SCROLL_MS = 350;

function turn(state, yaw, pitch) {
  state.view.yaw -= yaw;
  state.view.pitch = Math.min(Math.max(state.view.pitch + pitch, -Math.PI / 2), Math.PI / 2);
  moved(state);
}

function shift(state, u, v) {
  state.view.panX += u;
  state.view.panY += v;
  moved(state);
}

// Towards a place of the screen, which stays where it is.
function zoom(state, factor, u = 0, v = 0) {
  const to = Math.min(Math.max(state.view.zoom * factor, 0.3), 60);
  const by = to / state.view.zoom;
  state.view.panX = u + (state.view.panX - u) * by;
  state.view.panY = v + (state.view.panY - v) * by;
  state.view.zoom = to;
  moved(state);
}

function home(state) {
  Object.assign(state.view, HOME);
  moved(state);
}

// A line is of one view: it goes when the view does.
function moved(state) {
  state.line = null;
  state.circled = null;
  hideTip(state);
  redraw(state);
}

function say(state, text) {
  state.spoken.textContent = text;
}

// Tell the server who is inside the line; the rings of the answer replace our own.
function finish(state) {
  const corners = state.line ?? [];
  state.hand = null;
  const found = inside(state.at, corners);
  if (!found.length) {
    state.line = null;
    say(state, "Nobody is inside the line.");
    return redraw(state);
  }
  state.circled = new Uint8Array(state.scene.n);
  for (const i of found) state.circled[i] = 1;
  state.asked += 1;
  state.since = performance.now();
  state.answered = false;
  const { yaw, pitch, zoom: scale, panX, panY } = state.view;
  state.component.setStateValue("drawn", {
    ids: found.map((i) => state.scene.ids[i]),
    corners,
    view: { yaw, pitch, zoom: scale, pan_x: panX, pan_y: panY },
    number: state.asked,
  });
  say(state, `${found.length.toLocaleString("en-US")} people are inside the line.`);
  redraw(state);
}

function pick(state, i) {
  state.asked += 1;
  state.cursor = i;
  state.component.setStateValue("picked", { id: state.scene.ids[i], number: state.asked });
  redraw(state);
}

function onDown(state, event) {
  if (event.button !== 0) return;
  state.canvas.setPointerCapture(event.pointerId);
  state.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  state.travelled = 0;
  hideTip(state);
  state.drawing = (event.shiftKey || state.circling) && state.pointers.size === 1;
  if (state.drawing) {
    state.hand = state.circled = null;
    state.line = [toScreen(state.box, event.offsetX, event.offsetY)];
  }
}

function onMove(state, event) {
  if (!state.pointers.has(event.pointerId)) return hover(state, event.offsetX, event.offsetY);
  const [x0, y0] = state.pointers.get(event.pointerId);
  const [x, y] = [event.offsetX, event.offsetY];
  const far = Math.hypot(x - x0, y - y0);
  if (state.drawing) {
    if (far < STEP_PX) return;
    state.line.push(toScreen(state.box, x, y));
    redraw(state);
  } else if (state.pointers.size > 1) {
    pinch(state, event, x, y);
  } else if (event.ctrlKey || event.metaKey || event.altKey) {
    shift(state, (x - x0) / state.box.unit, (y0 - y) / state.box.unit);
  } else if (far) {
    turn(state, (x - x0) * 0.008, (y - y0) * 0.008);
  }
  state.travelled += far;
  state.pointers.set(event.pointerId, [x, y]);
}

function pinch(state, event, x, y) {
  const [a, b] = [...state.pointers].find(([id]) => id !== event.pointerId)[1];
  const [x0, y0] = state.pointers.get(event.pointerId);
  const [was, is] = [Math.hypot(x0 - a, y0 - b), Math.hypot(x - a, y - b)];
  if (was > 10 && is > 10) zoom(state, is / was, ...toScreen(state.box, (x + a) / 2, (y + b) / 2));
}

function onUp(state, event) {
  if (!state.pointers.delete(event.pointerId)) return;
  const clicked = state.travelled <= CLICK_PX;
  if (state.drawing && !clicked) {
    state.drawing = false;
    return finish(state);
  }
  if (state.drawing) state.line = null;
  state.drawing = false;
  if (!clicked || state.pointers.size) return;
  const i = under(state, event.offsetX, event.offsetY);
  if (i >= 0) pick(state, i);
  else redraw(state);
}

function onCancel(state, event) {
  state.pointers.delete(event.pointerId);
  state.drawing = false;
  state.line = null;
  redraw(state);
}

function onWheel(state, event) {
  const now = performance.now();
  if (now - state.scrolled < SCROLL_MS && !event.ctrlKey && !event.metaKey) {
    state.scrolled = now;
    return;
  }
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 30 : 1;
  const factor = Math.exp(-Math.min(Math.max(event.deltaY * lines, -200), 200) * 0.003);
  zoom(state, factor, ...toScreen(state.box, event.offsetX, event.offsetY));
}

function under(state, x, y) {
  return nearest(state.at, ...toScreen(state.box, x, y), REACH_PX / state.box.unit);
}

function hover(state, x, y) {
  const i = under(state, x, y);
  state.canvas.classList.toggle("over", i >= 0);
  if (i < 0) return hideTip(state);
  showTip(state, i);
}

function linesOf(scene, i) {
  return [scene.ids[i], ...(scene.texts[i] ? scene.texts[i].split("\n") : [])];
}

function showTip(state, i) {
  const { tip, box, scene, at } = state;
  tip.replaceChildren(...linesOf(scene, i).map((line) => {
    const part = document.createElement("div");
    part.textContent = line;
    return part;
  }));
  tip.hidden = false;
  const [x, y] = toPixel(box, at.u[i], at.v[i]);
  const beside = x + 16 + tip.offsetWidth > box.width ? x - 16 - tip.offsetWidth : x + 16;
  tip.style.left = `${Math.max(beside, 0)}px`;
  tip.style.top = `${Math.min(y + 14, box.height - tip.offsetHeight)}px`;
}

function hideTip(state) {
  state.tip.hidden = true;
}
