// The keyboard's own way: turn, zoom, go from person to person, and set the corners of a line.

const TURN = 0.08;
const HAND = 0.06; // half edges of the cube that the hand moves by
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function startLine(state) {
  state.circled = null;
  state.line = [];
  state.hand = [0, 0];
  say(state, "Drawing a line: arrows move, Space sets a corner, Enter closes the line.");
  redraw(state);
}

function dropLine(state) {
  state.line = state.hand = state.circled = null;
  state.cursor = -1;
  hideTip(state);
  redraw(state);
}

function arrow(state, [right, up], event) {
  if (state.hand) {
    const step = event.shiftKey ? 5 * HAND : HAND;
    state.hand = [state.hand[0] + right * step, state.hand[1] + up * step];
    redraw(state);
  } else if (event.shiftKey) shift(state, right * 0.1, up * 0.1);
  else turn(state, right * TURN, -up * TURN);
}

// From person to person in the order of the labels, so that neighbours are of one group.
function step(state, by) {
  const { scene } = state;
  const order = [...scene.ids.keys()].sort((a, b) => scene.mark[a] - scene.mark[b] || a - b);
  const now = order.indexOf(state.cursor);
  state.cursor = order[(now < 0 ? (by > 0 ? 0 : scene.n - 1) : now + by + scene.n) % scene.n];
  drawAll(state);
  showTip(state, state.cursor);
  say(state, linesOf(scene, state.cursor).join(", "));
}

function corner(state) {
  if (!state.hand) return;
  state.line.push([...state.hand]);
  say(state, `Corner ${state.line.length}.`);
  redraw(state);
}

function enter(state) {
  if (state.hand) finish(state);
  else if (state.cursor >= 0) pick(state, state.cursor);
}

const KEYS = {
  "+": (state) => zoom(state, 1.25),
  "=": (state) => zoom(state, 1.25),
  "-": (state) => zoom(state, 0.8),
  Home: home,
  ",": (state) => step(state, -1),
  ".": (state) => step(state, 1),
  l: startLine,
  L: startLine,
  " ": corner,
  Enter: enter,
  Escape: dropLine,
  ...Object.fromEntries(Object.entries(ARROWS).map(
    ([key, way]) => [key, (state, event) => arrow(state, way, event)])),
};
