// The third tab: how the portal is set, what its queue does, who its users are, what time it is.

import { draw, h } from "./dom.js";
import { model } from "./model.js";
import { ask } from "./portal.js";

const place = document.getElementById("settings");
const DAY = 86400; // seconds
// Name, words, kind; the kinds are: yes (a switch), number, or a list of choices.
const PORTAL = [
  ["rest_plan", "The plan has REST", "yes"],
  ["document_permissions", "The plan has rights for documents", "yes"],
  ["rate", "Requests a second that leak out", "number"],
  ["burst", "Requests at once", "number"],
  ["operating_limit", "Operating time, seconds per method", "number"],
  ["save_delay", "The workflow is saved after, seconds", "number"],
  ["early_answer", "An answer before that gets", ["404", "423"]],
  ["send_tokens", "Robots' calls bring tokens", ["all", "none", "no_refresh"]],
  ["rotation", "Renewing a token ends the old one", "yes"],
];
const QUEUE = [
  ["delay", "Calls come later, seconds", "number"],
  ["lose", "So many of the next calls get lost", "number"],
  ["duplicate", "Each call comes twice", "yes"],
  ["reorder", "Calls come in reverse order", "yes"],
];
const USER = [
  ["active", "works here", "yes"],
  ["admin", "administrator", "yes"],
  ["crm_read", "may read the CRM", "yes"],
  ["templates", "may list templates", "yes"],
  ["documents", "documents", ["modify", "view", "none"]],
];

export function drawSettings() {
  const { settings, deliveries, ahead } = model.state.portal;
  draw(
    place,
    group("Portal", PORTAL, settings, "setting"),
    group("Queue to the app", QUEUE, deliveries, "queue"),
    h(
      "fieldset",
      { "data-key": "time" },
      h("legend", {}, "Time and tokens"),
      h(
        "p",
        {},
        ahead
          ? `The portal's clock is ${(ahead / DAY).toFixed(1)} days ahead.`
          : "The portal's clock goes right.",
      ),
      h(
        "p",
        { class: "buttons" },
        h("button", { type: "button", "data-do": "clock", "data-ahead": 3600 }, "An hour passes"),
        h("button", { type: "button", "data-do": "clock", "data-ahead": DAY }, "A day passes"),
        h("button", { type: "button", "data-do": "clock", "data-ahead": 14 * DAY }, "14 days pass"),
        h("button", { type: "button", "data-do": "expire" }, "All access tokens expire"),
      ),
    ),
    ...model.state.users.map((user) =>
      group(`User ${user.id}, ${user.name}`, USER, user, "user", user.id),
    ),
  );
}

function group(title, fields, values, change, id) {
  return h(
    "fieldset",
    { "data-key": title },
    h("legend", {}, title),
    ...fields.map(([name, words, kind]) =>
      field({ name, words, kind, value: values[name], change, id }),
    ),
  );
}

function field({ name, words, kind, value, change, id }) {
  const about = { name, "data-change": change, "data-id": id ?? null };
  if (kind === "yes") {
    return h(
      "label",
      { class: "setting" },
      h("input", { type: "checkbox", role: "switch", checked: value, ...about }),
      " ",
      words,
    );
  }
  if (kind === "number") {
    return h(
      "label",
      { class: "setting" },
      `${words} `,
      h("input", {
        type: "number",
        min: 0,
        step: "any",
        placeholder: "no limit",
        value: value ?? "",
        ...about,
      }),
    );
  }
  return h(
    "label",
    { class: "setting" },
    `${words} `,
    h(
      "select",
      about,
      ...kind.map((choice) => h("option", { value: choice, selected: choice === value }, choice)),
    ),
  );
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type !== "number") return input.value;
  if (input.value === "")
    return input.name === "rate" || input.name === "operating_limit" ? null : 0;
  return Number(input.value);
}

const given = (input) => ({ [input.name]: valueOf(input) });

export const changes = {
  setting: (input) => ask("PATCH", "portal", given(input)),
  queue: (input) => ask("POST", "deliveries", given(input)),
  user: (input) => ask("PATCH", `users/${input.dataset.id}`, given(input)),
};

export const actions = {
  clock: (button) =>
    ask("POST", "clock", { ahead: model.state.portal.ahead + Number(button.dataset.ahead) }),
  expire: () => ask("POST", "tokens/expire", {}),
};
