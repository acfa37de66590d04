// Every visible text of the page whose contrast with what is behind it is below 4.5 : 1 (WCAG 2.2, 1.4.3).
() => {
  const channel = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = (text) => {
    const numbers = text.match(/rgba?\(([^)]+)\)/)?.[1].split(/[ ,/]+/).map(Number);
    return numbers && (numbers.length > 3 ? numbers : [...numbers, 1]);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour && colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  // Streamlit fades some of its texts by the opacity of an element around them
  const opacity = (element) => {
    let product = 1;
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) product *= getComputedStyle(at).opacity;
    return product;
  };
  const pale = [];
  for (const element of document.querySelectorAll("*")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    // the slider's value stands above the thumb that it belongs to, not on it
    if (element.closest("[data-testid=stSliderThumbValue]")) continue;
    if (element.closest("[disabled], [aria-disabled=true]")) continue; // exempt
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || style.visibility === "hidden") continue;
    const ink = parse(style.color);
    if (!ink) continue;
    const behind = ground(element);
    const alpha = ink[3] * opacity(element);
    if (!alpha) continue; // shown only under the pointer
    const seen = ink.slice(0, 3).map((v, i) => v * alpha + behind[i] * (1 - alpha));
    const [a, b] = [luminance(seen), luminance(behind)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) pale.push(`${contrast.toFixed(2)}: ${element.textContent.trim().slice(0, 60)}`);
  }
  return pale;
};
