// Strips, names, ticks and the line that tells where the window is, on one canvas.

const MINIMAP = 8;
const TOP = MINIMAP + 12;
const BOTTOM = 40;
const ROOMY = 190; // pixels that take a chromosome's name with the word before it
const PARTS = { group: "", admixed: "recently admixed", difference: "difference" };

function rowHeight(n) {
  if (n <= 8) return 34;
  if (n <= 16) return 24;
  return n <= 40 ? 17 : 12;
}

// Where everything goes, in CSS pixels.
function layOut(scene, width, pen) {
  const height = rowHeight(scene.rows.length);
  const font = `${height < 15 ? 10 : 12.5}px ${scene.inks.font}`;
  pen.font = font;
  const widest = Math.max(...scene.rows.map((row) => pen.measureText(row.name).width));
  const left = Math.ceil(Math.min(Math.max(widest + 22, 48), width * 0.3));
  const right = width < 600 ? 40 : 50;
  let y = TOP;
  const tops = scene.rows.map((row, r) => {
    const before = r ? scene.rows[r - 1].kind : row.kind === "group" ? "group" : "";
    if (row.kind !== before) y += 20;
    const top = y;
    y += height + (height > 20 ? 4 : 2);
    return top;
  });
  return { left, right, width, plot: Math.max(width - left - right, 20), height, tops, font,
    bottom: y, total: y + BOTTOM };
}

function drawAll(state) {
  const { scene, pen, box, canvas } = state;
  const dots = state.dots;
  if (canvas.width !== Math.round(box.width * dots) || canvas.height !== Math.round(box.total * dots)) {
    canvas.width = Math.round(box.width * dots);
    canvas.height = Math.round(box.total * dots);
    canvas.style.height = `${box.total}px`;
  }
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, box.width, box.total);
  drawStrips(state);
  drawNames(scene, pen, box);
  drawMinimap(state);
  drawTicks(state);
  drawMarks(state);
}

const toPixel = (state, x) =>
  state.box.left + ((x - state.a) / (state.b - state.a)) * state.box.plot;
const toX = (state, pixel) =>
  state.a + ((pixel - state.box.left) / state.box.plot) * (state.b - state.a);

function drawStrips(state) {
  const { pen, box, scene } = state;
  pen.save();
  pen.beginPath();
  pen.rect(box.left, 0, box.plot, box.bottom);
  pen.clip();
  pen.imageSmoothingEnabled = false;
  scene.rows.forEach((_, r) => {
    pen.fillStyle = scene.inks.empty;
    pen.fillRect(box.left, box.tops[r], box.plot, box.height);
    if (state.overview) drawLine(state, state.overview, r);
    const from = toPixel(state, state.bitmap.x0);
    pen.fillRect(from, box.tops[r], toPixel(state, state.bitmap.x1) - from, box.height);
    drawLine(state, state.bitmap, r);
  });
  drawGaps(state);
  pen.restore();
}

// The part of a bitmap's line that is in the window, stretched to where it belongs.
function drawLine(state, bitmap, r) {
  const perBin = (bitmap.x1 - bitmap.x0) / bitmap.sheet.width;
  const first = Math.max(Math.floor((state.a - bitmap.x0) / perBin), 0);
  const stop = Math.min(Math.ceil((state.b - bitmap.x0) / perBin), bitmap.sheet.width);
  if (stop <= first) return;
  const left = toPixel(state, bitmap.x0 + first * perBin);
  const right = toPixel(state, bitmap.x0 + stop * perBin);
  const { box } = state;
  state.pen.drawImage(
    bitmap.sheet, first, r, stop - first, 1, left, box.tops[r], right - left, box.height);
}

function drawGaps(state) {
  const { axis, inks } = state.scene;
  const { pen, box } = state;
  pen.fillStyle = inks.ground;
  for (let i = 0; i + 1 < axis.x0.length; i++) {
    if (axis.x0[i + 1] < state.a || axis.x1[i] > state.b) continue;
    const left = toPixel(state, axis.x1[i]);
    pen.fillRect(left, TOP, Math.max(toPixel(state, axis.x0[i + 1]) - left, 0), box.bottom - TOP);
  }
}

function drawNames(scene, pen, box) {
  pen.textBaseline = "middle";
  scene.rows.forEach((row, r) => {
    const middle = box.tops[r] + box.height / 2;
    pen.font = box.font;
    pen.textAlign = "left";
    pen.fillStyle = row.colour;
    pen.fillRect(0, middle - 4, 8, 8);
    pen.fillStyle = scene.inks.text;
    pen.fillText(row.name, 14, middle, box.left - 18);
    if (row.mean !== null) {
      pen.fillStyle = scene.inks.muted;
      pen.textAlign = "right";
      pen.fillText(row.mean, box.width, middle);
    }
    const before = r ? scene.rows[r - 1].kind : "group";
    if (row.kind === before) return;
    pen.font = `11px ${scene.inks.font}`;
    pen.textAlign = "left";
    pen.fillStyle = scene.inks.muted;
    pen.fillText(PARTS[row.kind], box.left, box.tops[r] - 9);
  });
}

// The whole line, and on it the window.
function drawMinimap(state) {
  const { pen, box, scene } = state;
  const { axis, inks } = scene;
  const [low, high] = axis.whole;
  const place = (x) => box.left + ((x - low) / (high - low)) * box.plot;
  pen.fillStyle = inks.empty;
  for (let i = 0; i < axis.x0.length; i++)
    pen.fillRect(place(axis.x0[i]), 0, Math.max(place(axis.x1[i]) - place(axis.x0[i]), 1), MINIMAP);
  pen.fillStyle = inks.accent;
  pen.globalAlpha = 0.75;
  pen.fillRect(place(state.a), 0, Math.max(place(state.b) - place(state.a), 3), MINIMAP);
  pen.globalAlpha = 1;
}

function niceStep(span, most) {
  const raw = span / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((m) => m * power >= raw);
}

function tickText(value, step, unit) {
  if (unit === "site") return grouped(value);
  if (step < 100) return grouped(value);
  return `${(value / 1e6).toFixed(Math.max(0, Math.ceil(6 - Math.log10(step) - 1e-9)))}`;
}

function drawTicks(state) {
  const { pen, box, scene } = state;
  const { axis, inks } = scene;
  const seen = new Map();
  pen.font = `11.5px ${inks.font}`;
  pen.textBaseline = "top";
  pen.strokeStyle = inks.axis;
  let taken = -1e9;
  let inMegabases = false;
  for (let i = 0; i < axis.x0.length; i++) {
    const left = Math.max(axis.x0[i], state.a);
    const right = Math.min(axis.x1[i], state.b);
    if (right <= left) continue;
    const [from, to] = [toPixel(state, left), toPixel(state, right)];
    const span = seen.get(axis.chromosome[i]) ?? [from, to];
    seen.set(axis.chromosome[i], [span[0], to]);
    if (to - from < 70) continue;
    const step = Math.max(niceStep(right - left, (to - from) / 90), 1);
    if (axis.unit === "bp" && step >= 100) inMegabases = true;
    const offset = axis.value[i] - axis.x0[i];
    for (let v = Math.ceil((left + offset) / step) * step; v <= right + offset; v += step) {
      const x = toPixel(state, v - offset + 0.5);
      const text = tickText(v, step, axis.unit);
      const half = pen.measureText(text).width / 2;
      if (x < from || x > to || x - half < Math.max(taken + 8, 0) || x + half > box.width) continue;
      taken = x + half;
      pen.beginPath();
      pen.moveTo(x, box.bottom + 1);
      pen.lineTo(x, box.bottom + 6);
      pen.stroke();
      pen.fillStyle = inks.muted;
      pen.textAlign = "center";
      pen.fillText(text, x, box.bottom + 8);
    }
  }
  drawChromosomes(state, seen, inMegabases ? ", Mb" : axis.unit === "bp" ? ", bp" : ", site");
}

function drawChromosomes(state, seen, unit) {
  const { pen, box, scene } = state;
  let taken = -1e9;
  if ([...seen.values()].every(([from, to]) => to - from <= ROOMY)) {
    pen.fillStyle = scene.inks.muted;
    pen.textAlign = "right";
    pen.fillText("chr", box.left - 8, box.bottom + 24);
  }
  pen.fillStyle = scene.inks.text;
  pen.textAlign = "center";
  for (const [chromosome, [from, to]] of seen) {
    const name = scene.axis.names[chromosome];
    const roomy = to - from > ROOMY;
    const text = roomy ? `chromosome ${name}${unit}` : name;
    const half = pen.measureText(text).width / 2;
    const x = Math.min(Math.max((from + to) / 2, box.left + half), box.width - half);
    if (x - half < taken + 5) continue;
    taken = x + half;
    pen.fillText(text, x, box.bottom + 24);
  }
}

// The range being marked, and the bin that the keyboard's cursor is on.
function drawMarks(state) {
  const { pen, box, scene } = state;
  if (state.range) {
    const [from, to] = state.range.map((x) => toPixel(state, x)).sort((p, q) => p - q);
    pen.fillStyle = scene.inks.accent;
    pen.globalAlpha = 0.35;
    pen.fillRect(from, TOP, to - from, box.bottom - TOP);
    pen.globalAlpha = 1;
  }
  if (state.cursor) {
    const x = toPixel(state, state.cursor.x);
    pen.strokeStyle = scene.inks.accent;
    pen.lineWidth = 2;
    pen.strokeRect(x - 4, box.tops[state.cursor.row] - 1, 8, box.height + 2);
    pen.lineWidth = 1;
  }
}
