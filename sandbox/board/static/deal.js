// A deal's panel: its documents, what the robots did step by step, its e-mails.

import { draw, h, link, withLinks } from "./dom.js";
import { documentsOf, findItem, labelOf, model, nameOf, runsOf, stageOf, storyOf } from "./model.js";
import { ask } from "./portal.js";
import { clock, inWords, robotTitle, since, standing } from "./words.js";

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
    draw(part("deal-head"), h("h2", { id: "deal-title" }, "There is no such deal"), h("p", {}, "It was deleted, or the sandbox began anew."));
    return;
  }
  draw(part("deal-head"), ...head(one));
  draw(part("documents"), documents(one));
  draw(part("runs"), ...runs(one));
  draw(part("mails"), mails(one));
  const templates = model.state.templates.filter((template) => !template.deleted);
  draw(part("template"), ...templates.map(({ id, name }) => h("option", { value: String(id) }, name)));
}

function head(one) {
  return [
    h("p", { class: "number" }, labelOf(one)),
    h("h2", { id: "deal-title" }, one.title || "(no title)"),
    h(
      "div",
      { class: "path", role: "group", "aria-label": "Stage" },
      ...model.state.stages.map(({ name }) =>
        h("button", { type: "button", "data-do": "move-to", "data-stage": name, "data-focus": `to ${name}`, "aria-pressed": String(name === stageOf(one)) }, name),
      ),
    ),
  ];
}

function documents(one) {
  const found = documentsOf(one);
  if (!found.length) return h("p", { class: "nothing" }, "No document yet.");
  return h("ul", { class: "documents" }, ...found.map(document));
}

function document({ id, title, number, templateId, pdf_ready: ready, failed, ready_in: left, public_url: url }) {
  const pdf = failed ? ["bad", "no PDF: conversion failed"] : ready ? ["good", "PDF ready"] : ["wait", `PDF in ${Math.ceil(left)} s`];
  const template = model.state.templates.find((one) => one.id === templateId)?.name ?? templateId;
  const act = (name, text, more = {}) =>
    h("button", { type: "button", "data-do": name, "data-id": id, "data-focus": `${name} ${id}`, "aria-label": `${text}: ${title}`, ...more }, text);
  return h(
    "li",
    { "data-key": String(id), "data-document": id },
    h("p", { class: "name" }, h("strong", {}, title), h("span", {}, `No. ${number} · ${template} · document ${id}`)),
    h("p", { class: "chips" }, h("span", { class: "chip", "data-tone": pdf[0] }, pdf[1]), h("span", { class: "chip", "data-tone": url ? "good" : "" }, url ? "public" : "not public"), url && link(url)),
    h(
      "p",
      { class: "buttons" },
      url ? act("make-private", "Turn the link off") : act("make-public", "Make public"),
      ready ? act("make-slow", "Make slow", { title: "Its PDF comes in 30 seconds" }) : act("make-ready", "PDF ready now"),
      act("delete-document", "Delete", { class: "danger" }),
    ),
  );
}

function runs(one) {
  const found = runsOf(one).toReversed();
  if (!found.length) return [h("p", { class: "nothing" }, "Nothing ran yet. Move the deal to a stage that has automation rules.")];
  return found.map((run, index) => oneRun(one, run, index === 0));
}

function oneRun(one, run, isLast) {
  const { tone, text } = standing(run);
  const workflow = workflows.find((found) => found.id === run.id);
  return h(
    "details",
    { class: "one-run", "data-key": run.id, "data-tone": tone, open: isLast },
    h("summary", {}, h("span", { class: "dot", "aria-hidden": "true" }), h("strong", {}, run.stage), h("span", {}, text), h("time", {}, clock(run.at))),
    h(
      "ol",
      { class: "story long" },
      ...storyOf(one, run).map((event) => h("li", { "data-kind": event.kind, "data-key": String(event.n) }, h("span", {}, withLinks(inWords(event))), h("time", {}, `+${since(run, event)}`))),
    ),
    workflow && h("ol", { class: "steps" }, ...workflow.steps.map(step)),
    workflow && workflow.steps.some((found) => found.state === "waiting") && h("p", { class: "buttons" }, h("button", { type: "button", "data-do": "deliver-again", "data-id": run.id }, "Deliver the call once more")),
  );
}

function step({ name, code, state, outputs, log }) {
  const tone = { closed: "good", waiting: "wait", timeout: "bad" }[state] ?? "";
  const values = Object.entries(outputs);
  return h(
    "li",
    {},
    h("p", {}, h("strong", {}, robotTitle(code)), name !== code && h("span", { class: "number" }, ` «${name}»`), " ", h("span", { class: "chip", "data-tone": tone }, state)),
    values.length > 0 && h("dl", {}, ...values.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, withLinks(asText(value)) )])),
    log.length > 0 && h("p", { class: "log" }, `Log: ${log.join(" · ")}`),
  );
}

function asText(value) {
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

function mails(one) {
  const own = new Set(runsOf(one).map((run) => run.id));
  const found = model.state.mails.filter((mail) => own.has(mail.workflow_id)).toReversed();
  if (!found.length) return h("p", { class: "nothing" }, "No e-mail yet.");
  return h(
    "ul",
    { class: "mails" },
    ...found.map(({ to, subject, text }) => h("li", {}, h("p", { class: "name" }, h("strong", {}, subject || "(no subject)"), h("span", {}, `to ${to}`)), h("p", { class: "text" }, withLinks(text)))),
  );
}
