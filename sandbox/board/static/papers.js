// The documents in a deal's panel.

import { h, link } from "./dom.js";
import { documentsOf, model } from "./model.js";

export function papers(one) {
  const found = documentsOf(one);
  if (!found.length) return h("p", { class: "nothing" }, "No document yet.");
  return h("ul", { class: "documents" }, ...found.map(paper));
}

function paper({
  id,
  title,
  number,
  templateId,
  pdf_ready: ready,
  failed,
  ready_in: left,
  public_url: url,
}) {
  const pdf = failed
    ? ["bad", "no PDF: conversion failed"]
    : ready
      ? ["good", "PDF ready"]
      : ["wait", `PDF in ${Math.ceil(left)} s`];
  const template = model.state.templates.find((one) => one.id === templateId)?.name ?? templateId;
  const act = (name, text, more = {}) =>
    h(
      "button",
      {
        type: "button",
        "data-do": name,
        "data-id": id,
        "data-focus": `${name} ${id}`,
        "aria-label": `${text}: ${title}`,
        ...more,
      },
      text,
    );
  return h(
    "li",
    { "data-key": String(id), "data-document": id },
    h(
      "p",
      { class: "name" },
      h("strong", {}, title),
      h("span", {}, `No. ${number} · ${template} · document ${id}`),
    ),
    h(
      "p",
      { class: "chips" },
      h("span", { class: "chip", "data-tone": pdf[0] }, pdf[1]),
      h("span", { class: "chip", "data-tone": url ? "good" : "" }, url ? "public" : "not public"),
      url && link(url),
    ),
    h(
      "p",
      { class: "buttons" },
      url ? act("make-private", "Turn the link off") : act("make-public", "Make public"),
      ready
        ? act("make-slow", "Make slow", { title: "Its PDF comes in 30 seconds" })
        : act("make-ready", "PDF ready now"),
      act("delete-document", "Delete", { class: "danger" }),
    ),
  );
}
