// What happened, in words: events of the journal, robots, how a run stands.

import { model } from "./model.js";

const OWN_ROBOTS = {
  mail: "Send e-mail",
  throw: "End with an error",
  create_document: "Create document",
};
const WORDS = {
  "item.moved": (event) => `Moved to «${event.stage}»`,
  "robot.called": (event) =>
    `${event.duplicate ? "Robot called once more" : "Robot called"}: ${answered(event)}`,
  "robot.lost": () => "The robot's call was lost on its way",
  "document.public": (event) => `Public link of document ${event.document} turned on`,
  "document.private": (event) => `Public link of document ${event.document} turned off`,
  "workflow.resumed": (event) => `The robot's answer is here: ${outcome(event)}`,
  "workflow.timeout": () => "No answer within the robot's time limit",
  "workflow.failed": (event) => `The workflow failed: ${event.message}`,
  "workflow.completed": () => "All rules are done",
  "mail.sent": (event) => `E-mail sent to ${event.to}`,
  "link.opened": (event) => `Somebody opened the link of document ${event.document}`,
};

// The same, as short as a card is narrow; what has none is not told there.
const SHORT = {
  "robot.called": ({ status, ms }) =>
    status === null ? "Called: no answer" : `Called: ${status} in ${took(ms)}`,
  "robot.lost": () => "The call got lost",
  "document.public": () => "Public link turned on",
  "document.private": () => "Public link turned off",
  "workflow.resumed": ({ outputs }) =>
    outputs.succeeded === "N"
      ? "Answer: it failed"
      : outputs.public_url
        ? "Answer: the link"
        : "Answer is here",
  "workflow.timeout": () => "Nobody answered in time",
  "mail.sent": () => "E-mail sent",
  "link.opened": () => "Link opened",
};

export function inShort(event) {
  return SHORT[event.kind]?.(event);
}

export function inWords(event) {
  return WORDS[event.kind]?.(event) ?? event.kind;
}

// As it is registered, in English or in whatever language there is.
export function robotTitle(code) {
  if (OWN_ROBOTS[code]) return OWN_ROBOTS[code];
  const name = model.state.robots.find((robot) => robot.code === code)?.fields.NAME;
  if (!name) return `${code} (not installed)`;
  return typeof name === "string" ? name : (name.en ?? Object.values(name)[0]);
}

export function answered({ status, ms }) {
  return status === null ? `no answer after ${took(ms)}` : `answered ${status} in ${took(ms)}`;
}

function outcome({ outputs, log }) {
  if (outputs.succeeded === "N") return outputs.error_text || outputs.error_code || "it failed";
  return outputs.public_url || log || "without values";
}

export function took(ms) {
  if (ms < 10 && !Number.isInteger(ms)) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function since(run, event) {
  return took(Math.round((event.at - run.at) * 1000));
}

export function clock(at) {
  return new Date(at * 1000).toLocaleTimeString([], { hour12: false });
}

// How a run stands, by what happened last: {tone, text, link}; tone: wait, good, bad.
export function standing(run) {
  const last = (kind) => run.events.findLast((event) => event.kind === kind);
  const failed = last("workflow.failed");
  if (failed) return { tone: "bad", text: failed.message };
  const answer = last("workflow.resumed");
  if (answer?.outputs.succeeded === "N") return { tone: "bad", text: outcome(answer) };
  const mail = last("mail.sent");
  if (mail) {
    const url = mail.text.match(/https?:\/\/\S+/)?.[0];
    return { tone: "good", text: `E-mail sent after ${since(run, mail)}`, link: url };
  }
  const done = last("workflow.completed");
  if (done) return { tone: "good", text: `Done after ${since(run, done)}` };
  return unfinished(run, last);
}

function unfinished(run, last) {
  if (last("workflow.timeout")) return { tone: "bad", text: "No answer within the time limit" };
  const call = last("robot.called");
  if (call && (call.status === null || call.status >= 400)) {
    return { tone: "bad", text: `Robot ${answered(call)}` };
  }
  if (call) return { tone: "wait", text: "The robot works" };
  if (last("robot.lost")) return { tone: "bad", text: "The call was lost: it waits for ever" };
  return { tone: "wait", text: "The robot is being called" };
}
