// The board: reads the portal, follows its journal, draws what is new, does what is clicked.

import * as app from "./app.js";
import * as deal from "./deal.js";
import * as deals from "./deals.js";
import * as documents from "./documents.js";
import { draw } from "./dom.js";
import * as faults from "./faults.js";
import * as kanban from "./kanban.js";
import * as model from "./model.js";
import { openMenu, startMoving } from "./moving.js";
import { ask, follow, Refused } from "./portal.js";
import * as requests from "./requests.js";
import * as settings from "./settings.js";
import { startTabs } from "./tabs.js";
import { inWords } from "./words.js";

const AT_MOST_EVERY = 120; // ms: so often is the portal read anew while much happens
const TICK = 500; // ms: what changes by time alone is drawn again
const part = (id) => document.getElementById(id);
const LOUD = new Set(["mail.sent", "workflow.failed", "robot.lost", "workflow.timeout"]);

function drawAll() {
  kanban.drawBoard();
  deal.drawDeal();
  requests.drawRequests();
  faults.drawFaults();
  settings.drawSettings();
  app.drawOpening();
  deals.drawMany();
}

let reading = null;

// Reads the portal's state and draws it; many calls at once are one reading, and one after it.
function refresh() {
  reading ??= new Promise((resolve) => setTimeout(resolve, AT_MOST_EVERY)).then(async () => {
    reading = null;
    const since = performance.now();
    show(await ask("GET", "state"), since);
    await deal.refresh();
  });
  return reading;
}

function show(state, since) {
  model.know(state, since);
  requests.stateWasRead();
  drawAll();
}

function say(text) {
  if (text) part("said").textContent = text;
}

function connection(state, text) {
  const place = part("connection");
  place.dataset.state = state;
  place.textContent = text;
}

function banner(text) {
  part("trouble-said").hidden = !text;
  part("trouble-said").textContent = text;
}

follow({
  begin(state) {
    model.begin(state);
    part("domain").textContent = state.portal.domain;
    document.title = `Deals · ${state.portal.domain}`;
    const key = deal.fromAddress(location.pathname);
    if (key) deal.open(key, { push: false });
  },
  async events(events) {
    model.take(events);
    drawAll();
    say(
      events
        .filter(({ kind }) => LOUD.has(kind))
        .map(inWords)
        .at(-1),
    );
    await refresh();
  },
  gone(error) {
    if (!(error instanceof TypeError || error.name === "TimeoutError")) console.error(error);
    connection("gone", "Not connected");
    banner("The sandbox does not answer. This page goes on by itself as soon as it is back.");
  },
  back(state) {
    connection("live", "Live");
    banner(state.portal.deleted ? "This portal was deleted: REST answers PORTAL_DELETED." : "");
    show(state, performance.now());
  },
});

const actions = {
  ...deals.actions,
  ...documents.actions,
  ...faults.actions,
  ...settings.actions,
  "open-deal": (button) => {
    const { entityTypeId, id } = model.findByName(button.closest("[data-item]").dataset.item);
    deal.open([entityTypeId, id]);
  },
  "close-deal": () => deal.close(),
  "move-to": (button) => deals.move(deal.item(), button.dataset.stage),
  "move-menu": openMenu,
  "show-more": (button) => kanban.showMore(button.dataset.stage),
  "deliver-again": (button) => ask("POST", "deliveries/again", { workflow_id: button.dataset.id }),
  "open-app": app.open,
  "close-app": app.close,
};
const forms = { ...deals.forms, ...documents.forms };
const changes = { ...faults.changes, ...settings.changes };

// Does it, draws what came of it, and says why where it could not be done.
async function act(work) {
  try {
    const said = await work();
    if (typeof said === "string") say(said);
    if (model.model.state) await refresh();
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    banner(
      error instanceof Refused
        ? `The portal says: ${error.message}`
        : "The sandbox did not answer.",
    );
  }
}

const busy = new WeakSet(); // what was clicked and is still being done: a double click is one

async function actOnce(element, work) {
  if (busy.has(element)) return;
  busy.add(element);
  await act(work);
  busy.delete(element);
}

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-do]");
  if (element) actOnce(element, () => actions[element.dataset.do](element));
});
document.addEventListener("change", (event) => {
  const name = event.target.dataset.change;
  if (name) act(() => changes[name](event.target));
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  actOnce(event.target, () => forms[event.target.dataset.submit](event.target));
});
addEventListener("popstate", () => {
  app.close(); // it has no address: Back closes it
  const key = deal.fromAddress(location.pathname);
  if (key) deal.open(key, { push: false });
  else deal.close({ push: false });
});
setInterval(() => {
  const { state } = model.model;
  if (!state || document.hidden || part("connection").dataset.state !== "live") return;
  kanban.drawBoard();
  requests.drawRequests();
  if (state.documents.some((one) => !one.pdf_ready && !one.failed)) refresh().catch(() => {});
}, TICK);

startTabs();
faults.startFaults();
startMoving((item, stage) => {
  act(() => {
    const moved = deals.move(item, stage);
    drawAll();
    return moved;
  });
});
