// Plays the portal's window around an app's page: opens the page by a form, hears what it asks for,
// does it, and lists it below. What a test needs is in data attributes of <body>.

import { close } from "./close.js";
import { COMMANDS, denied } from "./commands.js";
import * as wire from "./wire.js";

const MOST_LINES = 200;
const told = JSON.parse(document.getElementById("told").textContent);
const frame = document.getElementById("app");
const log = document.getElementById("log");
const refused = denied(told);
let ignored = 0;

const page = {
  layout: document.getElementById("layout"),
  title: document.getElementById("title"),
  // Facts for whoever looks, as data attributes.
  show(facts) {
    for (const [name, value] of Object.entries(facts)) document.body.dataset[name] = String(value);
  },
  note,
  close() {
    if (!close()) note("This window is in no slider, so there is nothing to close");
  },
};

// One more line of what was asked for. The oldest go, so that a chatty page costs nothing.
function note(text, command = "", bad = false) {
  const line = document.createElement("li");
  line.textContent = text;
  line.dataset.command = command;
  line.className = bad ? "bad" : "";
  log.append(line);
  if (log.children.length > MOST_LINES) log.firstElementChild.remove();
  const count = document.getElementById("count");
  count.value = String(Number(count.value) + 1);
}

// Only the page in the frame is heard, as long as it is at the origin where it was opened.
function isFromApp(event) {
  return event.source === frame.contentWindow && event.origin === told.origin;
}

async function hear(event) {
  if (event.data === "sandbox:close") return; // a slider's
  if (!isFromApp(event)) {
    page.show({ ignored: ++ignored });
    note(`Ignored: a message of ${event.origin}, which is not the app's page`, "", true);
    return;
  }
  const said = wire.read(event.data);
  if (said === null || said.sid !== told.sid) {
    page.show({ ignored: ++ignored });
    note("Ignored: a message that is not Bitrix24's format, or of another opening", "", true);
    return;
  }
  await obey(said);
}

async function obey({ command, parameters, callback }) {
  const act = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : null;
  if (!act || refused.includes(command)) {
    note(`${command}: not known here, so unanswered`, command, true);
    return;
  }
  note(`${command} ${JSON.stringify(parameters)}`, command);
  const answer = (value) => {
    if (callback) frame.contentWindow.postMessage(wire.answer(callback, value), told.origin);
  };
  try {
    await act({ told, parameters, answer, page });
  } catch (error) {
    note(`${command} failed: ${error.message}`, command, true);
  }
}

function start() {
  window.addEventListener("message", hear);
  frame.addEventListener("load", () => {
    document.getElementById("loading")?.remove();
    frame.classList.remove("loading");
    page.show({ loaded: "yes" });
  });
  page.show({ title: page.title.textContent, installer: told.init.INSTALL, ignored });
  if (told.popup) document.body.classList.add("popup");
  document.getElementById("opening").submit();
}

start();
