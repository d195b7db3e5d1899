// The board: stages as columns, deals as cards, and what the robots do with them, live.

import { draw, h, link } from "./dom.js";
import { documentsOf, itemsIn, labelOf, model, nameOf, runsOf, stageOf, storyOf } from "./model.js";
import { inShort, robotTitle, since, standing } from "./words.js";

const SHOWN = 40; // cards of a column, until more are asked for
const LIVE_FOR = 12000; // ms that a card tells what happened in its last run
const MOST_LIVE = 6; // cards that do so at once
const place = document.getElementById("kanban");
const more = new Map(); // stage -> cards to show

export function showMore(stage) {
  more.set(stage, (more.get(stage) ?? SHOWN) + 5 * SHOWN);
}

export function drawBoard() {
  const { stages, items } = model.state;
  const live = new Set(
    items
      .filter((item) => isLive(runsOf(item).at(-1)))
      .map(nameOf)
      .slice(0, MOST_LIVE + 1),
  );
  if (live.size > MOST_LIVE) live.clear();
  draw(place, ...stages.map((stage, index) => column(stage, index, stages.length, live)));
}

// Whether a run is under way or was so just now.
function isLive(run) {
  if (!run) return false;
  return Date.now() - run.events.at(-1).at * 1000 < LIVE_FOR;
}

function column(stage, index, count, live) {
  const items = itemsIn(stage.name);
  const shown = more.get(stage.name) ?? SHOWN;
  const hue = index === count - 1 ? "last" : String(index % 5);
  return h(
    "section",
    {
      class: "column",
      "data-key": stage.name,
      "data-stage": stage.name,
      "data-hue": hue,
      "aria-label": stage.name,
    },
    h(
      "header",
      {},
      h("h2", {}, stage.name),
      h(
        "span",
        { class: "count" },
        String(items.length),
        h("span", { class: "unseen" }, items.length === 1 ? " deal" : " deals"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "plus",
          "data-do": "add-deal",
          "data-stage": stage.name,
          "aria-label": `Add a deal at ${stage.name}`,
        },
        "+",
      ),
    ),
    rules(stage),
    h(
      "div",
      { class: "cards" },
      ...items.slice(0, shown).map((item) => card(item, live)),
      items.length > shown &&
        h(
          "button",
          { type: "button", class: "more", "data-do": "show-more", "data-stage": stage.name },
          `${items.length - shown} more`,
        ),
      items.length === 0 && h("p", { class: "nothing" }, "Drag a deal here"),
    ),
  );
}

function rules(stage) {
  if (!stage.robots.length) return h("p", { class: "rules none" }, "No automation rules");
  return h(
    "ol",
    { class: "rules", "aria-label": `Automation rules of ${stage.name}` },
    ...stage.robots.map((robot) => h("li", { title: robot.name }, robotTitle(robot.code))),
  );
}

function card(item, live) {
  const name = nameOf(item);
  const run = runsOf(item).at(-1);
  const keys = "Shift+ArrowRight Shift+ArrowLeft";
  return h(
    "article",
    {
      class: "card",
      "data-key": name,
      "data-item": name,
      "aria-label": `${labelOf(item)}: ${item.title}`,
    },
    h(
      "h3",
      {},
      h(
        "button",
        {
          type: "button",
          class: "title",
          "data-do": "open-deal",
          "data-focus": `open ${name}`,
          "aria-keyshortcuts": keys,
          title: "Open it. Shift and an arrow key move it",
        },
        item.title || "(no title)",
      ),
    ),
    h(
      "div",
      { class: "facts" },
      h("span", { class: "number" }, labelOf(item)),
      papers(item),
      h(
        "button",
        {
          type: "button",
          class: "move",
          title: "Move to another stage",
          "data-do": "move-menu",
          "data-focus": `move ${name}`,
          "aria-haspopup": "true",
          "aria-label": `Move ${labelOf(item)} to another stage, from ${stageOf(item)}`,
        },
        "⋯",
      ),
    ),
    run && runOf(item, run, live.has(name)),
  );
}

function papers(item) {
  const documents = documentsOf(item);
  if (!documents.length) return h("span", { class: "paper none" }, "no document");
  const open = documents.filter((one) => one.public_url).length;
  const slow = documents.some((one) => !one.pdf_ready && !one.failed);
  const state = open ? "public" : slow ? "being prepared" : "";
  return h(
    "span",
    { class: "paper", "data-state": state, title: state },
    documents.length === 1 ? "1 document" : `${documents.length} documents`,
    state && h("span", { class: "unseen" }, `, ${state}`),
  );
}

function runOf(item, run, isLiveNow) {
  const { tone, text, link: url } = standing(run);
  return h(
    "div",
    { class: "run", "data-tone": tone },
    isLiveNow &&
      h(
        "ol",
        { class: "story" },
        ...storyOf(item, run)
          .filter(inShort)
          .map((event) =>
            h(
              "li",
              { "data-kind": event.kind, "data-key": String(event.n) },
              h("span", {}, inShort(event)),
              h("time", {}, `+${since(run, event)}`),
            ),
          ),
      ),
    h(
      "p",
      { class: "standing" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", {}, text),
      url && link(url, "Open the link"),
    ),
  );
}
