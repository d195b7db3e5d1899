// Deals come and move.

import { draw, focusOn, h } from "./dom.js";
import { labelOf, model, nameOf } from "./model.js";
import { ask } from "./portal.js";

const DEAL = 2; // entity type
const AT_ONCE = 20;
const dialog = document.getElementById("adding");
const form = document.getElementById("new-deal");

export async function move(item, stage) {
  const moving = { stage, done: Infinity };
  item.stage = stage; // at once; the portal's word follows
  model.moving.set(nameOf(item), moving);
  model.moved.set(nameOf(item), Number.MAX_SAFE_INTEGER);
  try {
    await ask("POST", `items/${item.entityTypeId}/${item.id}/move`, { stage });
  } finally {
    moving.done = performance.now();
  }
  return `${labelOf(item)} moved to ${stage}`;
}

async function add(title, { withDocument }) {
  const { id } = await ask("POST", "items", { entityTypeId: DEAL, title });
  if (withDocument)
    await ask("POST", "documents", {
      entityTypeId: DEAL,
      entityId: id,
      title: `Contract: ${title}`,
    });
  return id;
}

// Where the deals of «20 at once» go: the first stage that has rules.
const busyStage = () =>
  model.state.stages.find((stage) => stage.robots.length) ?? model.state.stages.at(-2);

export function drawMany() {
  document.getElementById("many").title =
    `${AT_ONCE} new deals with contracts move to «${busyStage().name}»`;
}

export function openAdding(stage) {
  draw(
    document.getElementById("new-stage"),
    ...model.state.stages.map(({ name }) =>
      h("option", { value: name, selected: name === stage }, name),
    ),
  );
  document.getElementById("new-stage").value = stage ?? model.state.stages[0].name;
  dialog.showModal();
}

export const actions = {
  "add-deal": (button) => openAdding(button.dataset.stage),
  "close-adding": () => dialog.close(),
  "move-many": async () => {
    const stage = busyStage().name;
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => index + 1);
    const ids = await Promise.all(
      numbers.map((number) => add(`Deal ${number} of ${AT_ONCE}`, { withDocument: true })),
    );
    await ask("POST", "move", { stage, items: ids.map((id) => [DEAL, id]) });
    return `${AT_ONCE} deals moved to ${stage}`;
  },
};

export const forms = {
  "new-deal": async () => {
    const given = new FormData(form);
    const id = await add(given.get("title").trim() || "Deal", { withDocument: given.has("document") });
    const stage = given.get("stage");
    if (stage !== model.state.stages[0].name || model.state.stages[0].robots.length) {
      await ask("POST", `items/${DEAL}/${id}/move`, { stage });
    }
    form.reset();
    dialog.close();
    setTimeout(() => focusOn(`open DEAL_${id}`), 300);
    return `Deal ${id} added at ${stage}`;
  },
};
