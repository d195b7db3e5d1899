// Deals move: by the pointer, by a menu, by Shift and an arrow key. All end in the same request.

import { draw, focusOn, h } from "./dom.js";
import { findByName, model, nameOf, stageOf } from "./model.js";

const THRESHOLD = 6; // pixels: less is a click
const EDGE = 60; // pixels from the board's sides where it scrolls by itself
const board = document.getElementById("kanban");
const menu = document.getElementById("move-menu");

// `move(item, stage)` is called for whatever was moved.
export function startMoving(move) {
  board.addEventListener("pointerdown", (event) => grab(event, move));
  board.addEventListener("keydown", (event) => byKey(event, move));
  menu.addEventListener("click", (event) => {
    const stage = event.target.closest("[data-to]")?.dataset.to;
    if (!stage) return;
    menu.hidePopover();
    move(findByName(menu.dataset.item), stage);
    focusOn(`move ${menu.dataset.item}`);
  });
  menu.addEventListener("keydown", walk);
}

export function openMenu(button) {
  const item = findByName(button.closest("[data-item]").dataset.item);
  menu.dataset.item = nameOf(item);
  const others = model.state.stages.filter((stage) => stage.name !== stageOf(item));
  draw(
    menu,
    ...others.map(({ name }) =>
      h("button", { type: "button", "data-to": name }, `Move to ${name}`),
    ),
  );
  menu.showPopover();
  const at = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
  menu.firstElementChild?.focus();
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...menu.children];
  const at = buttons.indexOf(document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length].focus();
}

function byKey(event, move) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const card = event.target.closest("[data-item]");
  if (!step || !event.shiftKey || !card) return;
  event.preventDefault();
  const item = findByName(card.dataset.item);
  const names = model.state.stages.map((stage) => stage.name);
  const stage = names[names.indexOf(stageOf(item)) + step];
  if (stage) move(item, stage);
}

// Fingers scroll the board; they move deals by the menu.
function grab(down, move) {
  const card = down.target.closest("[data-item]");
  if (!card || down.button !== 0 || down.pointerType === "touch") return;
  if (down.target.closest("a, button:not(.title)")) return;
  const item = findByName(card.dataset.item);
  let ghost = null;
  let over = null;

  const drag = (event) => {
    const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > THRESHOLD;
    if (!ghost && !far) return;
    ghost ??= lift(card, down);
    event.preventDefault();
    ghost.style.translate = `${event.clientX - down.clientX}px ${event.clientY - down.clientY}px`;
    scrollAtEdges(event.clientX);
    const now = columnAt(event);
    if (now === over) return;
    over?.classList.remove("over");
    over = now;
    over?.classList.add("over");
  };
  const end = (event) => {
    for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    if (!ghost) return;
    ghost.remove();
    document.body.classList.remove("dragging");
    over?.classList.remove("over");
    if (event.type === "pointerup") {
      dropClick();
      if (over && over.dataset.stage !== stageOf(item)) move(item, over.dataset.stage);
    }
  };
  const escape = (event) => event.key === "Escape" && end(event);
  const listeners = [
    ["pointermove", drag],
    ["pointerup", end],
    ["pointercancel", end],
    ["keydown", escape],
  ];
  for (const [name, listener] of listeners) document.addEventListener(name, listener);
}

function lift(card, down) {
  const at = card.getBoundingClientRect();
  const ghost = card.cloneNode(true);
  ghost.removeAttribute("data-key");
  ghost.setAttribute("aria-hidden", "true");
  ghost.classList.add("ghost");
  Object.assign(ghost.style, { left: `${at.left}px`, top: `${at.top}px`, width: `${at.width}px` });
  ghost.inert = true;
  document.body.append(ghost);
  document.body.classList.add("dragging");
  getSelection()?.empty();
  down.preventDefault();
  return ghost;
}

function columnAt({ clientX, clientY }) {
  return document.elementFromPoint(clientX, clientY)?.closest(".column") ?? null;
}

function scrollAtEdges(x) {
  const at = board.getBoundingClientRect();
  if (x > at.right - EDGE) board.scrollLeft += 12;
  else if (x < at.left + EDGE) board.scrollLeft -= 12;
}

// The click that follows a drag opens nothing.
function dropClick() {
  const swallow = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
}
