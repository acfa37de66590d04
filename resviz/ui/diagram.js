// The diagram: shows an SVG from Python, pans, zooms and fits it, and reports the part that a person selects.
// State lives in a WeakMap, because Streamlit calls the entry again at every change of data or theme.
const views = new WeakMap();
const STEP = 1.25;
const NARROW = 560;
const LARGEST_SCALE = 1.6;
const READABLE = 0.7;
const TALLEST_ON_PHONE = 1400;

export default function (component) {
  const { parentElement } = component;
  const root = parentElement.querySelector(".diagram");
  const canvas = root.querySelector(".canvas");
  let state = views.get(root);
  if (!state) {
    state = { source: "", moved: false, fingers: new Map() };
    views.set(root, state);
    state.observer = new ResizeObserver(() => resized(canvas, state));
    state.observer.observe(canvas);
  }
  state.data = component.data;
  state.setStateValue = component.setStateValue;
  draw(canvas, state);
  listen(root, canvas, state);
  return () => {
    state.observer.disconnect();
    views.delete(root);
  };
}

function draw(canvas, state) {
  const { data } = state;
  state.width = canvas.clientWidth;
  const source = state.width < NARROW && data.tall ? data.tall : data.wide;
  if (source !== state.source) {
    const focused = canvas.getRootNode().activeElement?.dataset.path;
    const before = state.full;
    canvas.innerHTML = source;
    state.source = source;
    state.svg = canvas.querySelector("svg");
    const box = state.svg.viewBox.baseVal;
    state.full = { x: box.x, y: box.y, w: box.width, h: box.height };
    state.svg.removeAttribute("width");
    state.svg.removeAttribute("height");
    // the same picture with something marked keeps the place that a person has zoomed to
    if (before && before.w === state.full.w && before.h === state.full.h) look(state);
    else start(canvas, state);
    if (focused) parts(state.svg).find((part) => part.dataset.path === focused)?.focus({ preventScroll: true });
  }
  mark(state.svg, data.selected);
}

function resized(canvas, state) {
  if (!state.svg || canvas.clientWidth === state.width || !canvas.clientWidth) return;
  draw(canvas, state);
  start(canvas, state);
}

function setHeight(canvas, state, scale) {
  const tallest = canvas.clientWidth < NARROW ? TALLEST_ON_PHONE : state.data.height;
  canvas.style.height = `${Math.min(Math.max(state.full.h * scale, 90), tallest)}px`;
}

function fit(canvas, state) {
  setHeight(canvas, state, Math.min(canvas.clientWidth / state.full.w, LARGEST_SCALE));
  state.view = { ...state.full };
  look(state);
}

// A picture that would be too small to read when fitted starts at its top left; "fit" still shows all of it.
function start(canvas, state) {
  fit(canvas, state);
  const byWidth = canvas.clientWidth / state.full.w;
  const scale = Math.min(byWidth, canvas.clientHeight / state.full.h);
  if (scale >= READABLE) return;
  const readable = Math.min(Math.max(byWidth, READABLE), 1);
  setHeight(canvas, state, readable);
  const w = canvas.clientWidth / readable;
  state.view = { x: Math.min(0, (state.full.w - w) / 2), y: 0, w, h: canvas.clientHeight / readable };
  look(state);
}

function look(state) {
  const v = state.view;
  state.svg.setAttribute("viewBox", `${v.x} ${v.y} ${v.w} ${v.h}`);
}

function zoom(state, factor, at) {
  const v = state.view;
  const w = Math.min(Math.max(v.w / factor, state.full.w / 60), state.full.w * 4);
  const ratio = w / v.w;
  const centre = at ?? { x: v.x + v.w / 2, y: v.y + v.h / 2 };
  state.view = {
    x: centre.x - (centre.x - v.x) * ratio,
    y: centre.y - (centre.y - v.y) * ratio,
    w,
    h: v.h * ratio,
  };
  look(state);
}

function place(state, event) {
  const matrix = state.svg.getScreenCTM().inverse();
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
}

function parts(svg) {
  return [...svg.querySelectorAll(".part")];
}

// At a coarser level the part that holds the selected one is marked.
function mark(svg, selected) {
  const all = parts(svg);
  const holds = (part) => selected === part.dataset.path || selected.startsWith(`${part.dataset.path}.`);
  const paths = selected ? all.filter(holds).map((part) => part.dataset.path) : [];
  const shown = paths.sort((a, b) => b.length - a.length)[0];
  for (const part of all) {
    const chosen = part.dataset.path === shown;
    part.classList.toggle("selected", chosen);
    part.setAttribute("aria-pressed", chosen);
  }
}

function select(state, part) {
  mark(state.svg, part.dataset.path);
  state.clicks = (state.clicks ?? 0) + 1;
  state.setStateValue("click", { path: part.dataset.path, number: state.clicks });
}

function listen(root, canvas, state) {
  root.querySelector(".nearer").onclick = () => zoom(state, STEP);
  root.querySelector(".farther").onclick = () => zoom(state, 1 / STEP);
  root.querySelector(".fit").onclick = () => fit(canvas, state);
  canvas.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(state, event.deltaY < 0 ? STEP : 1 / STEP, place(state, event));
  };
  canvas.onpointerdown = (event) => {
    state.fingers.set(event.pointerId, event);
    state.grip = { at: place(state, event), x: event.clientX, y: event.clientY };
    state.moved = false;
  };
  canvas.onpointermove = (event) => moved(canvas, state, event);
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    state.fingers.delete(event.pointerId);
    state.grip = null;
  };
  canvas.onclick = (event) => {
    const part = event.target.closest?.(".part");
    if (part && !state.moved) select(state, part);
  };
  canvas.ondblclick = () => fit(canvas, state);
  canvas.onkeydown = (event) => keyboard(event, canvas, state);
}

function moved(canvas, state, event) {
  if (!state.grip || !event.buttons) return;
  if (state.fingers.size === 2) return pinch(state, event);
  if (!state.moved && Math.hypot(event.clientX - state.grip.x, event.clientY - state.grip.y) < 4) return;
  if (!state.moved) canvas.setPointerCapture(event.pointerId);
  state.moved = true;
  const now = place(state, event);
  state.view.x -= now.x - state.grip.at.x;
  state.view.y -= now.y - state.grip.at.y;
  look(state);
}

function pinch(state, event) {
  const apart = () => {
    const [a, b] = [...state.fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  const before = apart();
  state.fingers.set(event.pointerId, event);
  state.moved = true;
  if (before) zoom(state, apart() / before, state.grip.at);
}

function keyboard(event, canvas, state) {
  const part = event.target.closest(".part");
  const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const all = parts(state.svg);
  if (move && all.length) {
    const from = part ? all.indexOf(part) : move > 0 ? -1 : all.length;
    all[(from + move + all.length) % all.length].focus();
  } else if (part && (event.key === "Enter" || event.key === " ")) select(state, part);
  else if (event.key === "+" || event.key === "=") zoom(state, STEP);
  else if (event.key === "-") zoom(state, 1 / STEP);
  else if (event.key === "0") fit(canvas, state);
  else return;
  event.preventDefault();
}
