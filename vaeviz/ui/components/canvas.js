// What every canvas of ours has: numbers unpacked, buttons, and the theme of the page.

// Numbers travel as base64: exact, small, and quick to read.
function unpack(text, Type) {
  const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Type(raw.buffer);
}

// The page's ground tells: its theme may change without a word from the server.
function themeOf(root) {
  const probe = root.appendChild(element("span", "probe"));
  const channels = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  probe.remove();
  return channels[0] + channels[1] + channels[2] > 384 ? "light" : "dark";
}

function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

function addButton(bar, text, title, press) {
  const button = bar.appendChild(element("button", "button"));
  button.type = "button";
  button.textContent = text;
  button.title = title;
  button.setAttribute("aria-label", title);
  button.onclick = () => press(button);
  return button;
}

// Keys that `keys` names are ours; the page keeps the others.
function onKey(state, keys, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key](state, event);
}
