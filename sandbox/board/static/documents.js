// What can be done with the documents of the deal that is open.

import * as deal from "./deal.js";
import { ask } from "./portal.js";

const SLOW = 30; // seconds until the PDF of a document that was made slow is there

const change = (element, fields) => ask("PATCH", `documents/${element.dataset.id}`, fields);

export const actions = {
  "make-public": (button) => change(button, { public: true }),
  "make-private": (button) => change(button, { public: false }),
  "make-slow": (button) => change(button, { ready_in: SLOW }),
  "make-ready": (button) => change(button, { ready_in: 0, fails: false }),
  "delete-document": (button) => ask("DELETE", `documents/${button.dataset.id}`),
};

export const forms = {
  "add-document": async (form) => {
    const { entityTypeId, id: entityId } = deal.item();
    const given = new FormData(form);
    await ask("POST", "documents", {
      entityTypeId,
      entityId,
      title: given.get("title") || "Contract",
      number: given.get("number"),
      templateId: Number(given.get("templateId")),
      ready_in: Number(given.get("ready_in")),
      fails: given.has("fails"),
      public: given.has("public"),
    });
    form.reset();
    form.closest("details").open = false;
  },
};
