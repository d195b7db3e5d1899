// The first tab of the panel: requests as they come, the leaky bucket, operating time.

import { draw, h } from "./dom.js";
import { model } from "./model.js";
import { clock, robotTitle, took } from "./words.js";

const place = document.getElementById("requests");
const LIST = "requests-title";
let read = 0; // performance.now() when the state was read

export function stateWasRead() {
  read = performance.now();
}

export function drawRequests() {
  draw(place, bucket(), operating(), h("h3", { id: LIST }, "As it happens"), list());
}

function bucket() {
  const { rate, burst, levels } = model.state.bucket;
  const sources = Object.entries(levels);
  const head = h("h3", {}, "Leaky bucket");
  if (rate === null)
    return h("div", { class: "limit" }, head, h("p", {}, "No limit of requests per second."));
  const shown = sources.length ? sources : [["nobody yet", 0]];
  return h(
    "div",
    { class: "limit" },
    head,
    h(
      "p",
      {},
      `${burst} requests at once; ${rate} a second leak out. One too many is QUERY_LIMIT_EXCEEDED.`,
    ),
    ...shown.map(([source, level]) =>
      gauge(
        `bucket ${source}`,
        source,
        Math.max(0, level - (rate * (performance.now() - read)) / 1000),
        burst,
        (now) => `${now.toFixed(1)} of ${burst}`,
      ),
    ),
  );
}

function operating() {
  const { operating_limit: limit, operating_window: window } = model.state.portal.settings;
  const found = model.state.operating;
  return h(
    "div",
    { class: "limit" },
    h("h3", {}, "Operating time"),
    h(
      "p",
      {},
      limit === null
        ? "No limit."
        : `${limit} s of work for each method within ${window / 60} minutes; what takes less than 0.1 s is not counted.`,
    ),
    found.length === 0 && h("p", { class: "nothing" }, "Nothing counted yet."),
    ...found.map(({ app, method, seconds }) =>
      gauge(
        `operating ${app} ${method}`,
        method,
        seconds,
        limit ?? seconds,
        (now) => `${now.toFixed(1)} s`,
      ),
    ),
  );
}

function gauge(key, label, now, most, text) {
  const meter = h("meter", {
    min: 0,
    max: most,
    low: most * 0.6,
    high: most * 0.9,
    optimum: 0,
    "aria-label": label,
  });
  meter.setAttribute("value", String(Math.min(now, most)));
  return h(
    "div",
    { class: "gauge", "data-key": key },
    h("span", {}, label),
    meter,
    h("span", { class: "level" }, text(now)),
  );
}

function list() {
  if (!model.requests.length) return h("p", { class: "nothing" }, "No request yet.");
  return h("ol", { class: "requests", "aria-labelledby": LIST }, ...model.requests.map(request));
}

function request(event) {
  const { text, status, tone, ms, more } = LINES[event.kind](event);
  const line = [
    h("time", {}, clock(event.at)),
    h("span", { class: "what" }, breakable(text)),
    h("span", { class: "chip", "data-tone": tone }, status),
    h("span", { class: "ms" }, ms === undefined ? "" : took(ms)),
  ];
  const about = { "data-key": String(event.n), "data-kind": event.kind };
  if (!more?.length) return h("li", about, h("div", { class: "line" }, ...line));
  return h(
    "li",
    about,
    h(
      "details",
      {},
      h("summary", { class: "line" }, ...line),
      h("ul", {}, ...more.map((one) => h("li", {}, one))),
    ),
  );
}

const LINES = {
  "rest.request": (event) => {
    const { method, batch, status, ms, errors, user_id: user, broken } = event;
    const bad = broken || status >= 400 || errors.length > 0;
    return {
      text: batch.length ? `batch of ${batch.length}: ${summed(batch)}` : summed([method]),
      status: broken ? "cut off" : `${status}${errors.length ? ` ${errors[0]}` : ""}`,
      tone: bad ? "bad" : "good",
      ms,
      more: [
        ...(user ? [`as user ${user}`] : []),
        ...errors.map((code) => `error ${code}`),
        ...(batch.length ? batch : [method]),
      ],
    };
  },
  "robot.called": ({ code, status, ms, duplicate }) => ({
    text: `→ ${robotTitle(code)}${duplicate ? " (once more)" : ""}`,
    status: status ?? "no answer",
    tone: status === 200 ? "good" : "bad",
    ms,
  }),
  "robot.lost": ({ code }) => ({ text: `→ ${robotTitle(code)}`, status: "lost", tone: "bad" }),
  "event.sent": ({ name, status }) => ({
    text: `→ event ${name}`,
    status: status ?? "no answer",
    tone: status === 200 ? "good" : "bad",
  }),
  "token.renewed": () => ({
    text: "authorization server: token renewed",
    status: "200",
    tone: "good",
  }),
  "token.checked": () => ({
    text: "authorization server: whose token is it?",
    status: "200",
    tone: "good",
  }),
};

// A long name may be broken after its dots.
function breakable(text) {
  return text.split(/(?<=\.)/).flatMap((part) => [part, h("wbr")]);
}

// «bizproc.event.send ×3, …get»
function summed(batch) {
  const counts = new Map();
  for (const name of batch) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(
      ([name, count]) => `${name.split(".").slice(-2).join(".")}${count > 1 ? ` ×${count}` : ""}`,
    )
    .join(", ");
}
