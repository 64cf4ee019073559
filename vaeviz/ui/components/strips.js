// The component: what streamlit calls with every answer of the server.

const STATES = new WeakMap();

export default function strips(component) {
  const parent = component.parentElement;
  const state = STATES.get(parent) ?? mount(parent);
  STATES.set(parent, state);
  state.component = component;
  receive(state, unpackScene(component.data, themeOf(state.root)));
  state.sizes.observe(state.root);
  document.addEventListener("scroll", state.onScroll, { capture: true, passive: true });
  return () => {
    clearTimeout(state.timer);
    state.sizes.disconnect();
    document.removeEventListener("scroll", state.onScroll, { capture: true });
  };
}

function mount(parent) {
  const root = element("div", "root strips");
  const bar = root.appendChild(element("div", "bar"));
  const frame = root.appendChild(element("div", "frame"));
  const canvas = frame.appendChild(element("canvas", "canvas"));
  const tip = frame.appendChild(element("div", "tip"));
  const spoken = root.appendChild(element("div", "spoken"));
  const state = {
    root, canvas, tip, spoken, pen: canvas.getContext("2d"), pointers: new Map(),
    dots: 1, asked: 0, scrolled: -1e9, range: null, cursor: null, marking: false, gesture: null,
  };
  tip.hidden = true;
  spoken.setAttribute("aria-live", "polite");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  buttons(state, bar);
  state.legend = bar.appendChild(element("div", "legend"));
  listen(state);
  state.sizes = new ResizeObserver(() => resized(state));
  state.onScroll = () => (state.scrolled = performance.now());
  parent.appendChild(root);
  return state;
}

function buttons(state, bar) {
  const add = (text, title, press) => addButton(bar, text, title, press);
  add("◀", "Move left", () => pan(state, -0.5));
  add("▶", "Move right", () => pan(state, 0.5));
  add("+", "Zoom in", () => zoom(state, 0.5));
  add("−", "Zoom out", () => zoom(state, 2));
  const mark = add("Range", "Drag to zoom to a range", (button) => {
    state.marking = !state.marking;
    button.setAttribute("aria-pressed", String(state.marking));
    state.canvas.classList.toggle("marking", state.marking);
  });
  mark.setAttribute("aria-pressed", "false");
  add("Whole", "Show everything", () => whole(state));
  add("PNG", "Save the picture as PNG", () => savePicture(state));
}

function listen(state) {
  const { canvas } = state;
  canvas.addEventListener("wheel", (event) => onWheel(state, event), { passive: false });
  canvas.addEventListener("pointerdown", (event) => onDown(state, event));
  canvas.addEventListener("pointermove", (event) => onMove(state, event));
  canvas.addEventListener("pointerup", (event) => onUp(state, event));
  canvas.addEventListener("pointercancel", (event) => onUp(state, event));
  canvas.addEventListener("pointerleave", () => hideTip(state));
  canvas.addEventListener("dblclick", () => whole(state));
  canvas.addEventListener("keydown", (event) => onKey(state, KEYS, event));
  canvas.addEventListener("blur", () => KEYS.Escape(state));
}

// A new picture. The window is the visitor's own unless the server says otherwise.
function receive(state, scene) {
  const commanded = state.scene?.command !== scene.command;
  if (state.scene?.look !== scene.look) state.overview = null;
  state.scene = scene;
  if (commanded) {
    [state.a, state.b] = scene.view;
    state.overview = state.cursor = null;
    clearTimeout(state.timer);
  }
  state.bitmap = bitmapOf(scene);
  if (scene.bins.x0 <= scene.axis.whole[0] && scene.bins.x1 >= scene.axis.whole[1])
    state.overview = state.bitmap;
  state.canvas.setAttribute("aria-label", scene.alt);
  drawLegend(state);
  if (state.box) {
    state.box = layOut(scene, state.box.width, state.pen);
    drawAll(state);
  }
  report(state);
}

// How long the last answer took from the gesture on, for whoever measures it.
function report(state) {
  const { root, scene, asking } = state;
  root.dataset.bins = scene.bins.n;
  root.dataset.window = `${scene.view[0]} ${scene.view[1]}`;
  if (asking?.number !== scene.answer) return;
  root.dataset.answer = scene.answer;
  root.dataset.answerMs = Math.round(performance.now() - asking.since);
}

function resized(state) {
  const width = state.root.clientWidth;
  if (!width) return;
  state.dots = Math.min(window.devicePixelRatio || 1, 2);
  state.box = layOut(state.scene, width, state.pen);
  drawAll(state);
  const wanted = state.box.plot * state.dots;
  const { bins } = state.scene;
  const sent = (bins.n * (state.b - state.a)) / (bins.x1 - bins.x0);
  if (Math.abs(wanted / sent - 1) > 0.08) ask(state);
}

function gradient(colours) {
  const stops = [];
  for (let i = 0; i < 256; i += 15) stops.push(`rgb(${colours.slice(3 * i, 3 * i + 3).join(",")})`);
  return `linear-gradient(to right, ${stops.join(",")})`;
}

// Colour scales with their ends: [low, colours, high].
function scalesOf(scene) {
  const digits = (value) => (value >= 0.995 ? "1" : value.toFixed(2));
  const scales = [["0", scene.scales.entropy, `${digits(scene.top)} bit`]];
  if (scene.rows.some((row) => row.kind === "difference")) {
    const most = digits(scene.topDifference);
    scales.push([`−${most}`, scene.scales.difference, `+${most} bit`]);
  }
  return scales;
}

function drawLegend(state) {
  const parts = scalesOf(state.scene).flatMap(([low, colours, high]) => {
    const [before, ramp, after] = ["end", "ramp", "end"].map((name) => element("span", name));
    before.textContent = low;
    ramp.style.background = gradient(colours);
    after.textContent = high;
    return [before, ramp, after];
  });
  state.legend.replaceChildren(...parts);
}

// The same scales on a saved picture, from the right.
function paintScales(pen, scene, right, y) {
  pen.font = `11.5px ${scene.inks.font}`;
  for (const [low, colours, high] of scalesOf(scene).reverse()) {
    pen.fillStyle = scene.inks.muted;
    pen.fillText(high, right - pen.measureText(high).width, y);
    const end = right - pen.measureText(high).width - 6;
    for (let i = 0; i < 128; i++) {
      pen.fillStyle = `rgb(${colours.slice(6 * i, 6 * i + 3).join(",")})`;
      pen.fillRect(end - 128 + i, y - 10, 1.5, 10);
    }
    pen.fillStyle = scene.inks.muted;
    pen.fillText(low, end - 134 - pen.measureText(low).width, y);
    right = end - 150 - pen.measureText(low).width;
  }
}

function savePicture(state) {
  const { scene, box, dots, canvas } = state;
  const sheet = document.createElement("canvas");
  const pen = sheet.getContext("2d");
  const [margin, head] = [16, 78];
  sheet.width = (box.width + 2 * margin) * dots;
  sheet.height = (box.total + head + margin) * dots;
  pen.scale(dots, dots);
  pen.fillStyle = scene.inks.ground;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = scene.inks.text;
  pen.font = `600 16px ${scene.inks.font}`;
  pen.fillText(scene.title, margin, 26);
  pen.fillStyle = scene.inks.muted;
  pen.font = `11.5px ${scene.inks.font}`;
  pen.fillText(scene.caption, margin, 44, box.width);
  paintScales(pen, scene, margin + box.width, 66);
  pen.drawImage(canvas, margin, head, box.width, box.total);
  sheet.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = scene.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
