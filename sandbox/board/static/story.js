// What the robots did for a deal, step by step, and the e-mails that came of it.

import { h, withLinks } from "./dom.js";
import { model, runsOf, storyOf } from "./model.js";
import { clock, inWords, robotTitle, since, standing } from "./words.js";

export function runs(one, workflows) {
  const found = runsOf(one).toReversed();
  if (!found.length)
    return [
      h(
        "p",
        { class: "nothing" },
        "Nothing ran yet. Move the deal to a stage that has automation rules.",
      ),
    ];
  return found.map((run, index) =>
    oneRun(one, run, { workflow: workflows.find(({ id }) => id === run.id), isLast: index === 0 }),
  );
}

function oneRun(one, run, { workflow, isLast }) {
  const { tone, text } = standing(run);
  return h(
    "details",
    { class: "one-run", "data-key": run.id, "data-tone": tone, open: isLast },
    h(
      "summary",
      {},
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("strong", {}, run.stage),
      h("span", {}, text),
      h("time", {}, clock(run.at)),
    ),
    h(
      "ol",
      { class: "story long" },
      ...storyOf(one, run).map((event) =>
        h(
          "li",
          { "data-kind": event.kind, "data-key": String(event.n) },
          h("span", {}, withLinks(inWords(event))),
          h("time", {}, `+${since(run, event)}`),
        ),
      ),
    ),
    workflow && h("ol", { class: "steps" }, ...workflow.steps.map(step)),
    workflow &&
      workflow.steps.some((found) => found.state === "waiting") &&
      h(
        "p",
        { class: "buttons" },
        h(
          "button",
          { type: "button", "data-do": "deliver-again", "data-id": run.id },
          "Deliver the call once more",
        ),
      ),
  );
}

function step({ name, code, state, outputs, log }) {
  const tone = { closed: "good", waiting: "wait", timeout: "bad" }[state] ?? "";
  const values = Object.entries(outputs);
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("strong", {}, robotTitle(code)),
      name !== code && h("span", { class: "number" }, ` «${name}»`),
      " ",
      h("span", { class: "chip", "data-tone": tone }, state),
    ),
    values.length > 0 &&
      h(
        "dl",
        {},
        ...values.flatMap(([key, value]) => [
          h("dt", {}, key),
          h("dd", {}, withLinks(asText(value))),
        ]),
      ),
    log.length > 0 && h("p", { class: "log" }, `Log: ${log.join(" · ")}`),
  );
}

function asText(value) {
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

export function mails(one) {
  const own = new Set(runsOf(one).map((run) => run.id));
  const found = model.state.mails.filter((mail) => own.has(mail.workflow_id)).toReversed();
  if (!found.length) return h("p", { class: "nothing" }, "No e-mail yet.");
  return h(
    "ul",
    { class: "mails" },
    ...found.map(({ to, subject, text }) =>
      h(
        "li",
        {},
        h(
          "p",
          { class: "name" },
          h("strong", {}, subject || "(no subject)"),
          h("span", {}, `to ${to}`),
        ),
        h("p", { class: "text" }, withLinks(text)),
      ),
    ),
  );
}
