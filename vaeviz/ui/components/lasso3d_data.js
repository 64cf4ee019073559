// What the server sends, unpacked; where points are on the screen; and who is inside a line.

const EYE = 4; // as in analysis/lasso.py
const HOME = { yaw: 0.6, pitch: 0.42, zoom: 0.92, panX: 0, panY: 0.13 };

function unpackScene(data, theme) {
  const xyz = unpack(data.xyz, Float32Array);
  const selected = new Uint8Array(data.ids.length);
  for (const i of unpack(data.selected, Int32Array)) selected[i] = 1;
  return {
    n: data.ids.length,
    xyz,
    mark: unpack(data.mark, Uint16Array),
    marks: data.marks.map((mark) => ({ symbol: mark.symbol, colour: mark[theme] })),
    legend: data.legend,
    ids: data.ids,
    texts: data.texts,
    selected,
    nSelected: selected.reduce((sum, one) => sum + one, 0),
    wires: data.wires.map((wire) => ({ xyz: unpack(wire.xyz, Float32Array), colour: wire[theme] })),
    rings: data.rings.map((ring) => ({ ...ring, people: unpack(ring.people, Int32Array) })),
    inks: data.grounds[theme],
    ends: [0, 1, 2].map((axis) => [data.low[axis], data.high[axis]]),
    titles: data.titles,
    title: data.title,
    caption: data.caption,
    alt: data.alt,
    file: data.file,
    round: data.round,
  };
}

// Right, up and scale of points on the screen, in half edges of the cube; nearer is larger.
function project(xyz, view) {
  const n = xyz.length / 3;
  const at = { u: new Float64Array(n), v: new Float64Array(n), scale: new Float64Array(n) };
  const [sinYaw, cosYaw] = [Math.sin(view.yaw), Math.cos(view.yaw)];
  const [sinPitch, cosPitch] = [Math.sin(view.pitch), Math.cos(view.pitch)];
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]];
    const ahead = sinYaw * x + cosYaw * y;
    const scale = (view.zoom * EYE) / (EYE + cosPitch * ahead - sinPitch * z);
    at.u[i] = scale * (cosYaw * x - sinYaw * y) + view.panX;
    at.v[i] = scale * (cosPitch * z + sinPitch * ahead) + view.panY;
    at.scale[i] = scale;
  }
  return at;
}

// Numbers of the points inside a closed line, by the even-odd rule.
function inside(at, corners) {
  const found = [];
  if (corners.length < 3) return found;
  for (let i = 0; i < at.u.length; i++) {
    let odd = false;
    for (let a = 0, b = corners.length - 1; a < corners.length; b = a++) {
      const [x0, y0] = corners[b];
      const [x1, y1] = corners[a];
      if (y0 > at.v[i] === y1 > at.v[i]) continue;
      if (at.u[i] < x0 + ((at.v[i] - y0) * (x1 - x0)) / (y1 - y0)) odd = !odd;
    }
    if (odd) found.push(i);
  }
  return found;
}

// The point nearest to a place on the screen, none beyond `reach`.
function nearest(at, u, v, reach) {
  let [best, least] = [-1, reach * reach];
  for (let i = 0; i < at.u.length; i++) {
    const apart = (at.u[i] - u) ** 2 + (at.v[i] - v) ** 2;
    if (apart > least || (apart === least && at.scale[i] <= at.scale[best])) continue;
    [best, least] = [i, apart];
  }
  return best;
}
