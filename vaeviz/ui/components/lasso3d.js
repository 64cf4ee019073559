// The component: what streamlit calls with every answer of the server.

const STATES = new WeakMap();
const HELP = "Drag turns, Shift and drag circles people, the wheel zooms, a click tells about a "
  + "person. Keys: arrows turn, + and - zoom, comma and full stop go from person to person, "
  + "Enter opens the person; L starts a line, arrows move, Space sets corners, Enter closes it.";

export default function lasso3d(component) {
  const parent = component.parentElement;
  const state = STATES.get(parent) ?? mount(parent);
  STATES.set(parent, state);
  state.component = component;
  receive(state, unpackScene(component.data, themeOf(state.root)));
  state.sizes.observe(state.root);
  document.addEventListener("scroll", state.onScroll, { capture: true, passive: true });
  return () => {
    state.sizes.disconnect();
    document.removeEventListener("scroll", state.onScroll, { capture: true });
  };
}

function mount(parent) {
  const root = element("div", "root lasso3d");
  const heading = root.appendChild(element("div", "heading"));
  const bar = root.appendChild(element("div", "bar"));
  const frame = root.appendChild(element("div", "frame"));
  const canvas = frame.appendChild(element("canvas", "canvas"));
  const tip = frame.appendChild(element("div", "tip"));
  const legend = root.appendChild(element("div", "legend"));
  const spoken = root.appendChild(element("div", "spoken"));
  const state = {
    root, heading, canvas, tip, legend, spoken, pen: canvas.getContext("2d"),
    pointers: new Map(), view: { ...HOME }, dots: 1, asked: 0, scrolled: -1e9, cursor: -1,
    line: null, hand: null, circled: null, circling: false, answered: true, frame: 0,
  };
  tip.hidden = true;
  spoken.setAttribute("aria-live", "polite");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  buttons(state, bar);
  listen(state);
  state.sizes = new ResizeObserver(() => resized(state));
  state.onScroll = () => (state.scrolled = performance.now());
  parent.appendChild(root);
  return state;
}

function buttons(state, bar) {
  const add = (text, title, press) => addButton(bar, text, title, press);
  const circle = add("Lasso", "Drag to circle people", (button) => {
    state.circling = !state.circling;
    button.setAttribute("aria-pressed", String(state.circling));
    state.canvas.classList.toggle("circling", state.circling);
  });
  circle.setAttribute("aria-pressed", "false");
  add("+", "Zoom in", () => zoom(state, 1.25));
  add("−", "Zoom out", () => zoom(state, 0.8));
  add("Reset view", "Turn back to the first view", () => home(state));
  add("PNG", "Save the picture as PNG", () => savePicture(state));
  const hint = bar.appendChild(element("span", "hint"));
  hint.textContent = "drag: turn · Shift+drag: lasso · wheel: zoom · click: a person";
  hint.title = HELP;
}

function listen(state) {
  const { canvas } = state;
  canvas.addEventListener("wheel", (event) => onWheel(state, event), { passive: false });
  canvas.addEventListener("pointerdown", (event) => onDown(state, event));
  canvas.addEventListener("pointermove", (event) => onMove(state, event));
  canvas.addEventListener("pointerup", (event) => onUp(state, event));
  canvas.addEventListener("pointercancel", (event) => onCancel(state, event));
  canvas.addEventListener("pointerleave", () => hideTip(state));
  canvas.addEventListener("dblclick", () => home(state));
  canvas.addEventListener("keydown", (event) => onKey(state, KEYS, event));
}

// A new picture; the view stays the visitor's own.
function receive(state, scene) {
  if (state.scene && state.scene.round !== scene.round) state.line = null;
  if (state.scene && state.scene.ids.length !== scene.ids.length) state.cursor = -1;
  state.scene = scene;
  state.circled = null;
  state.sprites = spritesOf(scene, Math.min(window.devicePixelRatio || 1, 2), scene.n);
  state.heading.replaceChildren(lineOf("title", scene.title), lineOf("caption", scene.caption));
  state.canvas.setAttribute("aria-label", `${scene.alt} ${HELP}`);
  drawLegend(state);
  drawAll(state);
  report(state);
}

// How long the last answer took from the end of the gesture on, for whoever measures it.
function report(state) {
  const { root, scene } = state;
  root.dataset.points = scene.n;
  root.dataset.selected = scene.nSelected;
  if (state.answered) return;
  state.answered = true;
  root.dataset.answer = state.asked;
  root.dataset.answerMs = Math.round(performance.now() - state.since);
}

function lineOf(name, text) {
  const line = element("div", name);
  line.textContent = text;
  return line;
}

function resized(state) {
  const width = state.root.clientWidth;
  if (!width) return;
  state.dots = Math.min(window.devicePixelRatio || 1, 2);
  state.box = layOut(width);
  drawAll(state);
}

function drawLegend(state) {
  const { scene, legend } = state;
  legend.replaceChildren(...[...scene.legend, ...scene.rings].map((one) => {
    const entry = element("span", "entry");
    const { sheet, half } = sampleOf(state, one);
    const sample = element("img", "sample");
    sample.src = sheet.toDataURL();
    sample.width = sample.height = 2 * half;
    sample.alt = "";
    entry.append(sample, one.name);
    return entry;
  }));
}

function savePicture(state) {
  const { scene, box, dots, canvas } = state;
  const entries = [...scene.legend, ...scene.rings];
  const sheet = document.createElement("canvas");
  const pen = sheet.getContext("2d");
  const [margin, head, line] = [16, 60, 20];
  const places = [];
  pen.font = `12px ${scene.inks.font}`;
  let [x, row] = [margin, 0];
  for (const { name } of entries) {
    const wide = pen.measureText(name).width + 32;
    if (x + wide > box.width + margin && x > margin) [x, row] = [margin, row + 1];
    places.push([x, row]);
    x += wide;
  }
  sheet.width = (box.width + 2 * margin) * dots;
  sheet.height = (box.height + head + line * (row + 1) + margin) * dots;
  pen.scale(dots, dots);
  pen.fillStyle = scene.inks.ground;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = scene.inks.text;
  pen.font = `600 16px ${scene.inks.font}`;
  pen.fillText(scene.title, margin, 26);
  pen.fillStyle = scene.inks.muted;
  pen.font = `11.5px ${scene.inks.font}`;
  pen.fillText(scene.caption, margin, 46, box.width);
  pen.drawImage(canvas, margin, head, box.width, box.height);
  pen.font = `12px ${scene.inks.font}`;
  pen.fillStyle = scene.inks.text;
  entries.forEach((one, i) => {
    const [left, at] = [places[i][0], head + box.height + line * (places[i][1] + 0.5)];
    const { sheet: sample, half } = sampleOf(state, one);
    pen.drawImage(sample, left + 8 - half, at - half, 2 * half, 2 * half);
    pen.fillText(one.name, left + 18, at + 4);
  });
  sheet.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = scene.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
