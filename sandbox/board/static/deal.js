// A deal's panel: its documents, what the robots did step by step, its e-mails.

import { draw, h } from "./dom.js";
import { findItem, labelOf, model, nameOf, stageOf } from "./model.js";
import { papers } from "./papers.js";
import { ask } from "./portal.js";
import { mails, runs } from "./story.js";

const PATHS = { 1: "lead", 2: "deal", 3: "contact", 4: "company" };
const panel = document.getElementById("deal");
const part = (id) => document.getElementById(id);
const inFrame = window.parent !== window; // in a slider that an app opened
let shown = null; // [entity type, id] of the deal that is open
let workflows = []; // of that deal

const isOpen = () => shown !== null;
export const item = () => (shown ? findItem(...shown) : undefined);

export function addressOf({ entityTypeId: type, id }) {
  return PATHS[type] ? `/crm/${PATHS[type]}/details/${id}/` : `/crm/type/${type}/details/${id}/`;
}

// The deal that an address means, if any.
export function fromAddress(path) {
  const found = path.match(/^\/crm\/(?:type\/)?(\w+)\/details\/(\d+)\/$/);
  if (!found) return null;
  const type = Object.entries(PATHS).find(([, kind]) => kind === found[1])?.[0] ?? found[1];
  return [Number(type), Number(found[2])];
}

export async function open(key, { push = true } = {}) {
  shown = key;
  workflows = [];
  drawDeal();
  if (!panel.open) panel.showModal();
  const one = item();
  if (push && one) history.pushState(null, "", addressOf(one));
  await refresh();
}

export function close({ push = true } = {}) {
  if (!isOpen()) return;
  shown = null;
  panel.close();
  if (inFrame) window.parent.postMessage("sandbox:close", location.origin);
  else if (push) history.pushState(null, "", "/");
}

// Escape closes it, too.
panel.addEventListener("close", () => close());
panel.addEventListener("click", (event) => event.target === panel && close());

// Reads the workflows of the deal that is open.
export async function refresh() {
  const one = item();
  if (!one) return;
  const found = await ask("GET", `workflows?item=${nameOf(one)}`);
  if (item() !== one && nameOf(item() ?? one) !== nameOf(one)) return;
  workflows = found;
  drawDeal();
}

export function drawDeal() {
  if (!isOpen()) return;
  const one = item();
  panel.querySelector(".slider-body").hidden = !one;
  if (!one) {
    draw(
      part("deal-head"),
      h("h2", { id: "deal-title" }, "There is no such deal"),
      h("p", {}, "It was deleted, or the sandbox began anew."),
    );
    return;
  }
  draw(part("deal-head"), ...head(one));
  draw(part("documents"), papers(one));
  draw(part("runs"), ...runs(one, workflows));
  draw(part("mails"), mails(one));
  const templates = model.state.templates.filter((template) => !template.deleted);
  draw(
    part("template"),
    ...templates.map(({ id, name }) => h("option", { value: String(id) }, name)),
  );
}

function head(one) {
  return [
    h("p", { class: "number" }, labelOf(one)),
    h("h2", { id: "deal-title" }, one.title || "(no title)"),
    h(
      "div",
      { class: "path", role: "group", "aria-label": "Stage" },
      ...model.state.stages.map(({ name }) =>
        h(
          "button",
          {
            type: "button",
            "data-do": "move-to",
            "data-stage": name,
            "data-focus": `to ${name}`,
            "aria-pressed": String(name === stageOf(one)),
          },
          name,
        ),
      ),
    ),
  ];
}
