// Makes elements and keeps the page like them. All texts are text: nothing is ever read as HTML.

// h("p", {class: "x", "data-do": "y"}, "text", node, …); null, false and undefined are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "checked" || name === "value" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

// Gives `parent` these children, keeping elements that are there already, and with them focus,
// scrolling and open details. `data-key` tells siblings apart; `data-own` keeps what is inside.
export function draw(parent, ...children) {
  const focused = document.activeElement;
  const key = focused?.dataset?.focus;
  const wanted = document.createElement("div");
  wanted.append(...children.flat(Infinity).filter(Boolean));
  patchChildren(parent, wanted);
  if (key && document.activeElement !== focused) focusOn(key);
}

// Focus where an element with that `data-focus` is now; a card that moved is a new element.
export function focusOn(key) {
  document.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus();
}

function patchChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let at = parent.firstChild;
  for (const want of [...wanted.childNodes]) {
    const have = want.dataset?.key ? keyed.get(want.dataset.key) : at;
    if (!have || !isSame(have, want)) {
      parent.insertBefore(want, at);
      continue;
    }
    if (have === at) at = at.nextSibling;
    else parent.insertBefore(have, at);
    patch(have, want);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function isSame(have, want) {
  return have.nodeName === want.nodeName && have.dataset?.key === want.dataset?.key;
}

function patch(have, want) {
  if (have.nodeType === Node.TEXT_NODE) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  patchAttributes(have, want);
  if ("own" in have.dataset) return;
  patchChildren(have, want);
  patchValue(have, want);
}

function patchAttributes(have, want) {
  for (const { name } of [...have.attributes]) {
    if (name !== "open" && !want.hasAttribute(name)) have.removeAttribute(name);
  }
  for (const { name, value } of want.attributes) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
}

// A field shows what the portal says, unless somebody is writing into it.
function patchValue(have, want) {
  if (have.type === "checkbox") have.checked = want.checked;
  else if (["INPUT", "SELECT"].includes(have.nodeName) && document.activeElement !== have) {
    if (have.value !== want.value) have.value = want.value;
  }
}

// A text whose addresses can be clicked; anything else in it stays text.
export function withLinks(text) {
  return String(text)
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 ? link(part) : part));
}

export function link(url, text = url) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}
