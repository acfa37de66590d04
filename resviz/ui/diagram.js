// The diagram: shows an SVG from Python, pans, zooms and fits it, and reports the part that a person selects.
// State lives in a WeakMap, because Streamlit calls the entry again at every change of data or theme.
const views = new WeakMap();
const STEP = 1.25;
const NARROW = 560;
const READABLE = 0.4;
const START = 0.8;

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".diagram");
  const canvas = root.querySelector(".canvas");
  const state = views.get(root) ?? { source: "", moved: false, focus: 0 };
  views.set(root, state);
  const source = canvas.clientWidth < NARROW && data.tall ? data.tall : data.wide;
  if (source !== state.source) {
    canvas.innerHTML = source;
    state.source = source;
    state.svg = canvas.querySelector("svg");
    state.full = state.svg.viewBox.baseVal;
    state.full = { x: 0, y: 0, w: state.full.width, h: state.full.height };
    state.svg.removeAttribute("width");
    state.svg.removeAttribute("height");
    fit(state, canvas, data.height);
    startReadable(state, canvas);
  }
  mark(state.svg, data.selected);
  listen(root, canvas, state, data, setStateValue);
}

function fit(state, canvas, tallest) {
  const scale = Math.min(canvas.clientWidth / state.full.w, 1.6);
  const narrow = canvas.clientWidth < NARROW;
  const height = Math.min(Math.max(state.full.h * scale, 90), narrow ? 1400 : tallest);
  canvas.style.height = `${height}px`;
  state.view = { ...state.full };
  look(state);
}

// A picture that would be too small to read when fitted starts at its top instead; "fit" still shows all of it.
function startReadable(state, canvas) {
  const scale = Math.min(canvas.clientWidth / state.full.w, canvas.clientHeight / state.full.h);
  if (scale >= READABLE) return;
  const w = canvas.clientWidth / START;
  state.view = { x: Math.min(0, (state.full.w - w) / 2), y: 0, w, h: canvas.clientHeight / START };
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

function mark(svg, selected) {
  for (const part of parts(svg)) {
    const chosen = part.dataset.path === selected;
    part.classList.toggle("selected", chosen);
    part.setAttribute("aria-pressed", chosen);
  }
}

function listen(root, canvas, state, data, setStateValue) {
  const select = (part) => {
    const path = part?.dataset.path ?? "";
    mark(state.svg, path);
    state.clicks = (state.clicks ?? 0) + 1;
    setStateValue("click", { path, number: state.clicks });
  };
  root.querySelector(".nearer").onclick = () => zoom(state, STEP);
  root.querySelector(".farther").onclick = () => zoom(state, 1 / STEP);
  root.querySelector(".fit").onclick = () => fit(state, canvas, data.height);
  canvas.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(state, event.deltaY < 0 ? STEP : 1 / STEP, place(state, event));
  };
  canvas.onpointerdown = (event) => {
    state.grip = { at: place(state, event), x: event.clientX, y: event.clientY };
    state.moved = false;
  };
  canvas.onpointermove = (event) => {
    if (!state.grip || !event.buttons) return;
    if (!state.moved && Math.hypot(event.clientX - state.grip.x, event.clientY - state.grip.y) < 4) return;
    if (!state.moved) canvas.setPointerCapture(event.pointerId);
    state.moved = true;
    const now = place(state, event);
    state.view.x -= now.x - state.grip.at.x;
    state.view.y -= now.y - state.grip.at.y;
    look(state);
  };
  canvas.onpointerup = () => (state.grip = null);
  canvas.onclick = (event) => {
    if (state.moved) return;
    const part = event.target.closest?.(".part");
    if (part) select(part);
  };
  canvas.ondblclick = () => fit(state, canvas, data.height);
  canvas.onkeydown = (event) => keyboard(event, canvas, state, data, select);
}

function keyboard(event, canvas, state, data, select) {
  const all = parts(state.svg);
  const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (move && all.length) {
    state.focus = (all.indexOf(event.target.closest(".part")) + move + all.length) % all.length;
    all[state.focus].focus({ preventScroll: false });
  } else if (event.key === "Enter" || event.key === " ") {
    const part = event.target.closest(".part");
    if (part) select(part);
  } else if (event.key === "+" || event.key === "=") zoom(state, STEP);
  else if (event.key === "-") zoom(state, 1 / STEP);
  else if (event.key === "0") fit(state, canvas, data.height);
  else return;
  event.preventDefault();
}
