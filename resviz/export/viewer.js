// Pan by dragging, zoom by wheel, keys or pinch; a part under the pointer or in focus tells what it is.
const svg = document.querySelector("svg");
const said = document.getElementById("said");
const parts = JSON.parse(document.getElementById("parts").textContent);
const whole = svg.viewBox.baseVal;
const start = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
const pointers = new Map();

function show(box) {
  svg.setAttribute("viewBox", [box.x, box.y, box.width, box.height].join(" "));
}

function scale() {
  return Math.max(whole.width / svg.clientWidth, whole.height / svg.clientHeight);
}

function inside(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return { x: at.x, y: at.y };
}

function zoom(factor, at) {
  const width = Math.min(Math.max(whole.width * factor, start.width / 60), start.width * 4);
  const k = width / whole.width;
  show({ x: at.x - (at.x - whole.x) * k, y: at.y - (at.y - whole.y) * k, width, height: whole.height * k });
}

function middle() {
  return { x: whole.x + whole.width / 2, y: whole.y + whole.height / 2 };
}

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(event.deltaY * 0.0015), inside(event));
}, { passive: false });

svg.addEventListener("pointerdown", (event) => {
  svg.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, event);
});

svg.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return tell(event.target.closest(".part"));
  const others = [...pointers.values()].filter((other) => other.pointerId !== event.pointerId);
  if (others.length) {
    const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY) || 1;
    zoom(apart(before) / apart(event), inside(event));
  } else {
    const k = scale();
    show({ x: whole.x - (event.clientX - before.clientX) * k, y: whole.y - (event.clientY - before.clientY) * k,
      width: whole.width, height: whole.height });
  }
  pointers.set(event.pointerId, event);
});

for (const end of ["pointerup", "pointercancel"]) {
  svg.addEventListener(end, (event) => pointers.delete(event.pointerId));
}

addEventListener("keydown", (event) => {
  const step = whole.width / 12;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (event.key === "+" || event.key === "=") zoom(0.8, middle());
  else if (event.key === "-") zoom(1.25, middle());
  else if (event.key === "0") show(start);
  else if (moves[event.key]) {
    const [dx, dy] = moves[event.key];
    show({ x: whole.x + dx, y: whole.y + dy, width: whole.width, height: whole.height });
    event.preventDefault();
  }
});

function tell(part) {
  const text = part ? parts[part.dataset.path] : undefined;
  said.textContent = text || said.dataset.help;
}

for (const part of document.querySelectorAll(".part")) {
  part.setAttribute("tabindex", "0");
  part.addEventListener("focus", () => tell(part));
}
tell(null);
