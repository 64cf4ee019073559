// Mouse, wheel, fingers and keys: all of them move the window [a, b].

const WAIT_MS = 60; // of stillness before the server is asked
const SCROLL_MS = 350; // a page that scrolls past the strips goes on scrolling

function show(state, a, b) {
  const [low, high] = state.scene.axis.whole;
  const span = Math.min(Math.max(b - a, state.scene.axis.leastSpan), high - low);
  const middle = (a + b) / 2;
  state.a = Math.min(Math.max(middle - span / 2, low), high - span);
  state.b = state.a + span;
  state.gesture ??= performance.now();
  drawAll(state);
  ask(state);
}

function ask(state) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => {
    state.asked += 1;
    state.asking = { number: state.asked, since: state.gesture ?? performance.now() };
    state.gesture = null;
    const width = Math.round(state.box.plot * state.dots);
    state.component.setStateValue("view", { a: state.a, b: state.b, width, number: state.asked });
  }, WAIT_MS);
}

function zoom(state, factor, around = (state.a + state.b) / 2) {
  show(state, around - (around - state.a) * factor, around + (state.b - around) * factor);
}

function pan(state, share) {
  const by = (state.b - state.a) * share;
  const [low, high] = state.scene.axis.whole;
  const held = Math.min(Math.max(by, low - state.a), high - state.b);
  show(state, state.a + held, state.b + held);
}

// The window to where the minimap was touched.
function centre(state, pixel) {
  const [low, high] = state.scene.axis.whole;
  const half = (state.b - state.a) / 2;
  const x = low + ((pixel - state.box.left) / state.box.plot) * (high - low);
  const held = Math.min(Math.max(x, low + half), high - half);
  show(state, held - half, held + half);
}

const whole = (state) => show(state, ...state.scene.axis.whole);

function onWheel(state, event) {
  const now = performance.now();
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const scrolling = now - state.scrolled < SCROLL_MS && !event.ctrlKey && !event.metaKey;
  const [low, high] = state.scene.axis.whole;
  const outside = event.deltaY > 0 && state.b - state.a >= (high - low) * 0.999999;
  if (!sideways && (scrolling || outside)) {
    state.scrolled = now;
    return;
  }
  event.preventDefault();
  if (sideways) return pan(state, event.deltaX / state.box.plot);
  const lines = event.deltaMode === 1 ? 30 : 1;
  const factor = Math.exp(Math.min(Math.max(event.deltaY * lines, -200), 200) * 0.004);
  zoom(state, factor, toX(state, event.offsetX));
}

function onDown(state, event) {
  if (event.button !== 0) return;
  state.canvas.setPointerCapture(event.pointerId);
  state.pointers.set(event.pointerId, event.offsetX);
  state.cursor = null;
  state.onMinimap = event.offsetY < MINIMAP + 6;
  if (state.onMinimap) return centre(state, event.offsetX);
  if (event.shiftKey || state.marking) state.range = [toX(state, event.offsetX), toX(state, event.offsetX)];
  hideTip(state);
}

function onMove(state, event) {
  if (!state.pointers.has(event.pointerId)) return hover(state, event.offsetX, event.offsetY);
  const before = state.pointers.get(event.pointerId);
  if (state.onMinimap) {
    centre(state, event.offsetX);
  } else if (state.range) {
    state.range[1] = Math.min(Math.max(toX(state, event.offsetX), state.a), state.b);
    drawAll(state);
  } else if (state.pointers.size === 1) {
    pan(state, (before - event.offsetX) / state.box.plot);
  } else {
    const other = [...state.pointers].find(([id]) => id !== event.pointerId)[1];
    const [was, is] = [Math.abs(before - other), Math.abs(event.offsetX - other)];
    if (was > 10 && is > 10) zoom(state, was / is, toX(state, (event.offsetX + other) / 2));
  }
  state.pointers.set(event.pointerId, event.offsetX);
}

function onUp(state, event) {
  state.pointers.delete(event.pointerId);
  if (!state.range) return;
  const [from, to] = state.range.sort((p, q) => p - q);
  state.range = null;
  if (toPixel(state, to) - toPixel(state, from) > 4) show(state, from, to);
  else drawAll(state);
}

const KEYS = {
  ArrowLeft: (state, event) => pan(state, event.shiftKey ? -0.5 : -0.1),
  ArrowRight: (state, event) => pan(state, event.shiftKey ? 0.5 : 0.1),
  PageUp: (state) => pan(state, -1),
  PageDown: (state) => pan(state, 1),
  "+": (state) => zoom(state, 0.5),
  "=": (state) => zoom(state, 0.5),
  "-": (state) => zoom(state, 2),
  Home: whole,
  ArrowUp: (state) => moveCursor(state, 0, -1),
  ArrowDown: (state) => moveCursor(state, 0, 1),
  ",": (state) => moveCursor(state, -1, 0),
  ".": (state) => moveCursor(state, 1, 0),
  Escape: (state) => {
    state.cursor = state.range = null;
    hideTip(state);
    drawAll(state);
  },
};

function binAt(state, x) {
  const { bins } = state.scene;
  return Math.floor(((x - bins.x0) / (bins.x1 - bins.x0)) * bins.n);
}

// The keyboard's own way to the values: a cursor that goes from bin to bin that holds sites.
function moveCursor(state, by, down) {
  const { bins, rows } = state.scene;
  const width = (bins.x1 - bins.x0) / bins.n;
  const from = state.cursor ?? { x: (state.a + state.b) / 2, row: down ? -down : 0 };
  let bin = binAt(state, from.x);
  const start = bins.lone[bin];
  const sameSite = (i) => start >= 0 && bins.lone[i] === start;
  do bin += by; while (by && bins.nSites[bin] !== undefined && (bins.nSites[bin] < 1 || sameSite(bin)));
  const x = by ? bins.x0 + (bin + 0.5) * width : from.x;
  if (x < state.a || x > state.b) return;
  state.cursor = { x, row: Math.min(Math.max(from.row + down, 0), rows.length - 1) };
  drawAll(state);
  const { box } = state;
  showTip(state, readout(state.scene, state.cursor.row, bin), toPixel(state, x),
    box.tops[state.cursor.row]);
  state.spoken.textContent = state.tip.innerText.replace(/\n/g, ", ");
}

function hover(state, x, y) {
  const { box } = state;
  const row = box.tops.findIndex((top) => y >= top && y < top + box.height);
  if (row < 0 || x < box.left || x > box.left + box.plot) return hideTip(state);
  showTip(state, readout(state.scene, row, binAt(state, toX(state, x))), x, y);
}

function showTip(state, lines, x, y) {
  const { tip, box } = state;
  tip.replaceChildren(...lines.map((line) => {
    const part = document.createElement("div");
    part.textContent = line;
    return part;
  }));
  tip.hidden = false;
  const beside = x + 16 + tip.offsetWidth > box.width ? x - 16 - tip.offsetWidth : x + 16;
  tip.style.left = `${Math.max(beside, 0)}px`;
  tip.style.top = `${y + 14}px`;
}

function hideTip(state) {
  state.tip.hidden = true;
}
