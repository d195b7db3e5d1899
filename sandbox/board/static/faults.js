// The second tab: a switch for everything that can go wrong, and what is ordered now.

import { draw, h } from "./dom.js";
import { model } from "./model.js";
import { ask } from "./portal.js";

const place = document.getElementById("faults");
// What each kind needs to know: seconds, a status, or an error code.
const KINDS = {
  error: ["Answers with an error", { error: "INTERNAL_SERVER_ERROR", status: 500 }],
  slow: ["Takes long", { seconds: 3 }],
  omit: ["Leaves commands out of a batch's answer", {}],
  drop_before: ["Hangs up before doing it", {}],
  drop_after: ["Does it, then hangs up", {}],
  html: ["Answers with a page of HTML", { status: 502 }],
  cut: ["Stops in the middle of the answer", {}],
  status: ["Answers with a bare status", { status: 503 }],
};
const TARGETS = [
  [
    "rest",
    "REST server",
    ["error", "slow", "omit", "drop_before", "drop_after", "html", "cut", "status"],
    "such as batch, bizproc.event.send",
  ],
  [
    "oauth",
    "Authorization server (of all portals)",
    ["error", "slow", "drop_before", "drop_after", "html", "cut", "status"],
    "oauth.token or app.info",
  ],
  ["delivery", "Calls of robots", ["slow", "drop_before"], "the code of a robot"],
];
const DELIVERY_WORDS = { drop_before: "The call is lost" };
const FIELDS = {
  seconds: ["seconds", { type: "number", min: 0, step: "any" }],
  status: ["status", { type: "number", min: 100, max: 599 }],
  error: ["error code", { type: "text" }],
};
const METHODS = [
  "batch",
  "bizproc.event.send",
  "crm.documentgenerator.document.enablepublicurl",
  "crm.documentgenerator.document.list",
  "crm.documentgenerator.document.get",
  "app.info",
  "oauth.token",
];

const inForce = () => model.state.faults.filter((fault) => fault.times !== 0);
const wordsOf = (target, kind) => (target === "delivery" && DELIVERY_WORDS[kind]) || KINDS[kind][0];

// Built once: what somebody writes into it stays.
export function startFaults() {
  draw(
    place,
    h("div", { id: "set-faults" }),
    h("datalist", { id: "methods" }, ...METHODS.map((value) => h("option", { value }))),
    ...TARGETS.map(target),
  );
}

function target([name, title, kinds, example]) {
  return h(
    "fieldset",
    { "data-target": name },
    h("legend", {}, title),
    h(
      "div",
      { class: "for" },
      h(
        "label",
        {},
        "Only of the method ",
        h("input", {
          name: "method",
          list: "methods",
          placeholder: "any",
          title: example,
          autocomplete: "off",
        }),
      ),
      h(
        "label",
        {},
        "So many times ",
        h("input", { name: "times", type: "number", min: 1, placeholder: "for ever" }),
      ),
    ),
    ...kinds.map((kind) => row(name, kind)),
  );
}

function row(target, kind) {
  const words = wordsOf(target, kind);
  return h(
    "div",
    { class: "switch", "data-kind": kind },
    h(
      "label",
      {},
      h("input", {
        type: "checkbox",
        role: "switch",
        "data-change": "fault",
        "data-target": target,
        "data-kind": kind,
      }),
      " ",
      words,
    ),
    ...Object.entries(KINDS[kind][1]).map(([field, value]) =>
      h(
        "label",
        { class: "with" },
        h("span", { class: "unseen" }, `${words}: `),
        `${FIELDS[field][0]} `,
        h("input", { ...FIELDS[field][1], name: field, value: String(value) }),
      ),
    ),
  );
}

export function drawFaults() {
  const found = inForce();
  const switches = place.querySelectorAll('input[data-change="fault"]');
  for (const one of switches) {
    one.checked = found.some(
      ({ target, kind }) => target === one.dataset.target && kind === one.dataset.kind,
    );
  }
  document.getElementById("tab-faults").dataset.count = found.length || "";
  draw(
    document.getElementById("set-faults"),
    found.length === 0
      ? h("p", { class: "nothing" }, "Nothing is ordered to go wrong.")
      : ordered(found),
  );
}

function ordered(found) {
  return h(
    "div",
    { class: "ordered" },
    h("h3", {}, "Ordered now"),
    h(
      "ul",
      {},
      ...found.map((fault) =>
        h(
          "li",
          { "data-key": String(fault.id) },
          h("span", {}, said(fault)),
          h(
            "button",
            {
              type: "button",
              "data-do": "delete-fault",
              "data-id": fault.id,
              "aria-label": `Take away: ${said(fault)}`,
            },
            "×",
          ),
        ),
      ),
    ),
    h("button", { type: "button", "data-do": "delete-faults" }, "Take all away"),
  );
}

function said({ target, kind, method, times, seconds, status, error }) {
  const about = { slow: `${seconds} s`, html: status, status, error: `${error}, ${status}` }[kind];
  const often = times === null ? "" : times === 1 ? ", once" : `, ${times} times`;
  const where = TARGETS.find(([name]) => name === target)[1].replace(/ \(.*/, "");
  return `${where}${method ? ` ${method}` : ""}: ${wordsOf(target, kind)}${about ? ` (${about})` : ""}${often}`;
}

export const actions = {
  "delete-fault": (button) => ask("DELETE", `faults/${button.dataset.id}`),
  "delete-faults": () => ask("DELETE", "faults"),
};

export const changes = {
  fault: async (input) => {
    const { target, kind } = input.dataset;
    if (input.checked) return ask("POST", "faults", order(input, target, kind));
    const own = inForce().filter((fault) => fault.target === target && fault.kind === kind);
    return Promise.all(own.map(({ id }) => ask("DELETE", `faults/${id}`)));
  },
};

function order(input, target, kind) {
  const group = input.closest("fieldset");
  const value = (name) => group.querySelector(`[name="${name}"]`).value;
  const fields = Object.keys(KINDS[kind][1]).map((field) => {
    const { type, value: given } = input.closest(".switch").querySelector(`[name="${field}"]`);
    return [field, type === "number" ? Number(given) : given];
  });
  const times = value("times") ? { times: Number(value("times")) } : {};
  return {
    target,
    kind,
    method: value("method").trim() || null,
    ...times,
    ...Object.fromEntries(fields),
  };
}
