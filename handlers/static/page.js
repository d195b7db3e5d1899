"use strict";
// The page's own behaviour around htmx: errors are told, the section stands in the menu, times are
// the browser's where Bitrix24 does not tell the user's zone, and copying puts a link away.

const notice = document.getElementById("notice");
const busy = document.getElementById("busy");
const SAID_AFTER = 300; // ms: nobody wonders before

function tell(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

// What our server says of an error is plain text in the visitor's language; anything else is not.
function told(request) {
  const kind = request.getResponseHeader("Content-Type") || "";
  return kind.startsWith("text/plain") && request.status !== 502 ? request.responseText.trim() : "";
}

function localTimes(within) {
  for (const time of within.querySelectorAll("time[data-local]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, {
      dateStyle: "medium",
      timeStyle: "medium",
    });
  }
}

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the frame's leave to use the clipboard there is the old way.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = button.dataset.copied;
}

let waiting = 0;
let timer;
function waits(more) {
  waiting = Math.max(0, waiting + more);
  clearTimeout(timer);
  if (waiting === 0) busy.hidden = true;
  else timer = setTimeout(() => (busy.hidden = false), SAID_AFTER);
}

// Who asks may be gone when the answer comes, which htmx then tells of what was around.
const asking = (event) => event.detail.requestConfig.elt;
const isQuiet = (event) => asking(event).closest("[data-quiet]") !== null; // it polls by itself

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isQuiet(event)) return;
  tell("");
  waits(1);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!isQuiet(event)) waits(-1);
});
// What polled was replaced by what somebody asked for meanwhile: the answer says what was before.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isQuiet(event) && !asking(event).isConnected) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:responseError", (event) => {
  tell(told(event.detail.xhr) || notice.dataset.failed);
});
document.addEventListener("htmx:sendError", () => tell(notice.dataset.unreachable));
document.addEventListener("htmx:timeout", () => tell(notice.dataset.unreachable));
document.addEventListener("htmx:afterSwap", (event) => {
  const path = event.detail.requestConfig?.elt.getAttribute("hx-get");
  const sections = [...document.querySelectorAll("nav button")];
  const section = path && sections.find((one) => one.getAttribute("hx-get") === path);
  if (!section) return;
  for (const one of sections) one.removeAttribute("aria-current");
  section.setAttribute("aria-current", "page");
});
// Whatever comes beside what was asked for, too.
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt.parentElement || event.detail.elt));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
// A download is a plain form in a new tab, which htmx's header does not reach.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("input[name=session]");
  if (field) field.value = JSON.parse(document.body.getAttribute("hx-headers"))["X-Linkrobot-Session"];
});
localTimes(document);
// From here on clicks are heard: htmx has begun right before.
document.addEventListener("DOMContentLoaded", () => (document.body.dataset.ready = "yes"));
