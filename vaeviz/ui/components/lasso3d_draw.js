// Cube, wires, people, rings and the line being drawn, on one canvas.

const EDGES = [[0, 1], [0, 2], [0, 4], [1, 3], [1, 5], [2, 3], [2, 6], [3, 7], [4, 5], [4, 6], [5, 7], [6, 7]];
const CORNERS = Float32Array.from(
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((c) => [c & 1 ? 1 : -1, c & 2 ? 1 : -1, c & 4 ? 1 : -1]));
const FADED = 0.22;
const DEPTHS = 6; // sizes that marks are drawn in, from far to near
const UNIT_SHARE = 0.29; // of the canvas that half an edge of the cube takes

const SYMBOLS = {
  circle: (pen, r) => pen.arc(0, 0, r, 0, 7),
  square: (pen, r) => pen.rect(-0.85 * r, -0.85 * r, 1.7 * r, 1.7 * r),
  diamond: (pen, r) => star(pen, r * 1.15, r * 1.15, 2, 0),
  "triangle-up": (pen, r) => star(pen, r * 1.2, r * 0.6, 3, 0),
  "triangle-down": (pen, r) => star(pen, r * 1.2, r * 0.6, 3, Math.PI),
  cross: (pen, r) => plus(pen, r, 0),
  x: (pen, r) => plus(pen, r, Math.PI / 4),
  pentagon: (pen, r) => star(pen, r, r * 0.81, 5, 0),
  star: (pen, r) => star(pen, r * 1.2, r * 0.5, 5, 0),
  hexagram: (pen, r) => star(pen, r * 1.15, r * 0.65, 6, 0),
  hourglass: (pen, r) => bow(pen, r, 0),
  bowtie: (pen, r) => bow(pen, r, Math.PI / 2),
};

// Points at `outer` and `inner` radius in turn.
function star(pen, outer, inner, n, turn) {
  for (let i = 0; i < 2 * n; i++) {
    const angle = turn + (i * Math.PI) / n;
    const r = i % 2 ? inner : outer;
    pen.lineTo(r * Math.sin(angle), -r * Math.cos(angle));
  }
}

function plus(pen, r, turn) {
  pen.rotate(turn);
  pen.rect(-r * 1.1, -r * 0.35, r * 2.2, r * 0.7);
  pen.rect(-r * 0.35, -r * 1.1, r * 0.7, r * 2.2);
  pen.rotate(-turn);
}

function bow(pen, r, turn) {
  pen.rotate(turn);
  for (const [x, y] of [[-1, -1], [1, -1], [-1, 1], [1, 1]]) pen.lineTo(x * r, y * r);
  pen.rotate(-turn);
}

// One small picture a mark and depth: thousands of people are copies of few of them.
function spritesOf(scene, dots, n) {
  const base = n > 3000 ? 3 : n > 800 ? 3.6 : 4.4;
  return scene.marks.map((mark) => Array.from({ length: DEPTHS }, (_, depth) => {
    const r = base * (0.7 + (0.75 * depth) / (DEPTHS - 1));
    const half = Math.ceil(r * 1.3 + 2);
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = 2 * half * dots;
    const pen = sheet.getContext("2d");
    pen.scale(dots, dots);
    pen.translate(half, half);
    pen.beginPath();
    SYMBOLS[mark.symbol](pen, r);
    pen.closePath();
    pen.fillStyle = mark.colour;
    pen.strokeStyle = scene.inks.ground;
    pen.lineWidth = 0.5;
    pen.fill();
    pen.stroke();
    return { sheet, half, r };
  }));
}

const toPixel = (box, u, v) => [box.width / 2 + u * box.unit, box.height / 2 - v * box.unit];
// To a ten thousandth, so that a line that is kept holds the same people again.
const short = (value) => Math.round(value * 1e4) / 1e4;
const toScreen = (box, x, y) =>
  [short((x - box.width / 2) / box.unit), short((box.height / 2 - y) / box.unit)];

function layOut(width) {
  const height = Math.max(Math.min(width * 0.72, 600), 320);
  return { width, height, unit: Math.min(width, height) * UNIT_SHARE };
}

function drawAll(state) {
  const { pen, box, canvas, dots } = state;
  if (!box) return;
  const [w, h] = [Math.round(box.width * dots), Math.round(box.height * dots)];
  if (canvas.width !== w || canvas.height !== h) {
    [canvas.width, canvas.height] = [w, h];
    canvas.style.height = `${box.height}px`;
  }
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  state.at = project(state.scene.xyz, state.view);
  drawCube(state);
  for (const wire of state.scene.wires) drawWire(state, wire);
  drawPeople(state);
  for (const each of state.scene.rings) drawRings(state, each);
  drawLine(state);
}

// Later drags of one frame are one picture.
function redraw(state) {
  if (state.frame) return;
  state.frame = requestAnimationFrame(() => {
    state.frame = 0;
    drawAll(state);
  });
}

function drawCube(state) {
  const { pen, box, scene } = state;
  const at = project(CORNERS, state.view);
  const pixel = (c) => toPixel(box, at.u[c], at.v[c]);
  pen.strokeStyle = scene.inks.axis;
  pen.lineWidth = 1;
  for (const [from, to] of EDGES) {
    pen.globalAlpha = Math.min(at.scale[from], at.scale[to]) < state.view.zoom ? 0.35 : 0.8;
    pen.beginPath();
    pen.moveTo(...pixel(from));
    pen.lineTo(...pixel(to));
    pen.stroke();
  }
  pen.globalAlpha = 1;
  [1, 2, 4].forEach((step, axis) => nameAxis(state, pixel, step, axis));
}

// Title and ends of an axis, at the lowest of its four edges.
function nameAxis(state, pixel, step, axis) {
  const { pen, scene, box } = state;
  const edges = EDGES.filter(([from, to]) => to - from === step).map((edge) => edge.map(pixel));
  const outer = ([[x0, y0], [x1, y1]]) => (axis === 2 ? -(x0 + x1) : y0 + y1);
  const [from, to] = edges.reduce((best, edge) => (outer(edge) > outer(best) ? edge : best));
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const out = [middle[0] - box.width / 2, middle[1] - box.height / 2];
  const length = Math.hypot(...out) || 1;
  const write = ([x, y], text, by) => {
    const half = pen.measureText(text).width / 2;
    const left = x + (out[0] / length) * (by + half);
    pen.fillText(text, Math.min(Math.max(left - half, 2), box.width - 2 * half - 2),
      Math.min(Math.max(y + (out[1] / length) * by + 4, 12), box.height - 4));
  };
  pen.font = `13px ${scene.inks.font}`;
  pen.fillStyle = scene.inks.text;
  write(middle, scene.titles[axis], 22);
  pen.font = `11px ${scene.inks.font}`;
  pen.fillStyle = scene.inks.muted;
  const number = (value) => String(Number(value.toPrecision(3)));
  const inward = ([x, y], [a, b]) => [x + 0.1 * (a - x), y + 0.1 * (b - y)];
  write(inward(from, to), number(scene.ends[axis][0]), 9);
  write(inward(to, from), number(scene.ends[axis][1]), 9);
}

function drawWire(state, wire) {
  const { pen, box } = state;
  const at = project(wire.xyz, state.view);
  pen.strokeStyle = wire.colour;
  pen.globalAlpha = 0.45;
  pen.lineWidth = 1.2;
  pen.beginPath();
  let drawing = false;
  for (let i = 0; i < at.u.length; i++) {
    const here = !Number.isNaN(at.u[i]);
    if (here) pen[drawing ? "lineTo" : "moveTo"](...toPixel(box, at.u[i], at.v[i]));
    drawing = here;
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

// From far to near; those circled a moment ago count as chosen until the server answers.
function drawPeople(state) {
  const { pen, box, scene, at } = state;
  const chosen = state.circled ?? scene.selected;
  const anybody = state.circled ? true : scene.nSelected > 0;
  const order = Uint32Array.from(at.scale.keys()).sort((a, b) => at.scale[a] - at.scale[b]);
  for (const i of order) {
    if (Number.isNaN(at.u[i])) continue;
    const near = (at.scale[i] / state.view.zoom - 0.75) / 0.6;
    const depth = Math.min(Math.max(Math.round(near * (DEPTHS - 1)), 0), DEPTHS - 1);
    const { sheet, half } = state.sprites[scene.mark[i]][depth];
    const [x, y] = toPixel(box, at.u[i], at.v[i]);
    pen.globalAlpha = (anybody && !chosen[i] ? FADED : 1) * (0.8 + (0.2 * depth) / (DEPTHS - 1));
    pen.drawImage(sheet, x - half, y - half, 2 * half, 2 * half);
  }
  pen.globalAlpha = 1;
  if (state.cursor >= 0) ring(state, state.cursor, 8, 2, state.scene.inks.text);
}

// Of a kept selection.
function drawRings(state, { people, colour, radius, width, opacity }) {
  state.pen.globalAlpha = opacity;
  for (const i of people) {
    if (!Number.isNaN(state.at.u[i])) ring(state, i, radius, width, colour);
  }
  state.pen.globalAlpha = 1;
}

// What stands for an entry of the legend: a mark of people, or a ring.
function sampleOf({ sprites, dots }, entry) {
  if (entry.colour === undefined) return sprites[entry.mark][DEPTHS - 1];
  const [half, sheet] = [8, document.createElement("canvas")];
  sheet.width = sheet.height = 2 * half * dots;
  const pen = sheet.getContext("2d");
  pen.scale(dots, dots);
  pen.strokeStyle = entry.colour;
  pen.lineWidth = 1.8;
  pen.arc(half, half, 5, 0, 7);
  pen.stroke();
  return { sheet, half };
}

function ring(state, i, radius, width, colour) {
  const { pen, box, at } = state;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.arc(...toPixel(box, at.u[i], at.v[i]), radius, 0, 7);
  pen.stroke();
}

function drawLine(state) {
  const { pen, box, scene } = state;
  const line = state.line ?? [];
  const corners = state.hand ? [...line, state.hand] : line;
  if (corners.length) {
    pen.beginPath();
    for (const [u, v] of corners) pen.lineTo(...toPixel(box, u, v));
    pen.closePath();
    pen.fillStyle = scene.inks.accent;
    pen.globalAlpha = 0.12;
    pen.fill("evenodd");
    pen.globalAlpha = 1;
    pen.strokeStyle = scene.inks.accent;
    pen.lineWidth = 1.6;
    pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
  }
  if (!state.hand) return;
  const [x, y] = toPixel(box, ...state.hand);
  pen.strokeStyle = scene.inks.accent;
  pen.beginPath();
  for (const [dx, dy] of [[9, 0], [0, 9]]) {
    pen.moveTo(x - dx, y - dy);
    pen.lineTo(x + dx, y + dy);
  }
  pen.stroke();
}
