// What the portal's window does for an app's page, command by command, as Bitrix24's own
// applayout.js does. `answer` is called where Bitrix24 answers; what it leaves unanswered, so do we.

import * as slider from "./slider.js";

// Paths of the portal that an app may open: BX24.openPath in Bitrix24's documentation.
const PATHS =
  /^\/(crm\/(deal|lead|contact|company|type)|marketplace|company\/personal\/user\/[0-9]+|workgroups\/group\/[0-9]+)\//;

// A question to the control plane of this portal, in the name of the user who looks.
async function ask(told, action, more = {}) {
  const reply = await fetch(`/_sandbox/frame/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user_id: told.user_id, ...more }),
  });
  const body = await reply.json();
  if (!reply.ok) throw new Error(body.error);
  return body;
}

function getInitData({ told, answer }) {
  answer(told.init);
  told.init.FIRST_RUN = false;
}

async function refreshAuth({ told, answer }) {
  const fresh = await ask(told, "refresh");
  Object.assign(told.init, {
    AUTH_ID: fresh.access_token,
    AUTH_EXPIRES: fresh.expires_in,
    REFRESH_ID: fresh.refresh_token,
  });
  const { AUTH_ID, AUTH_EXPIRES, REFRESH_ID } = told.init;
  answer({ AUTH_ID, AUTH_EXPIRES, REFRESH_ID });
}

async function setInstall({ told, parameters, answer }) {
  await ask(told, "seen");
  answer(parameters);
}

// The window is loaded anew, now with the app's page; so there is no answer.
async function setInstallFinish({ told }) {
  const { result } = await ask(told, "finish");
  const address = new URL(location.href);
  address.searchParams.set("install_finished", result ? "Y" : "N");
  location.replace(address);
}

async function setAppOption({ told, parameters, answer }) {
  const { name, value } = parameters;
  if (told.init.IS_ADMIN) answer(await ask(told, "option", { name, value }));
}

async function setUserOption({ told, parameters, answer }) {
  const { name, value } = parameters;
  await ask(told, "option", { name, value, of_user: true });
  answer(parameters);
}

function resizeWindow({ parameters, answer, page }) {
  const width = parameters.width === "100%" ? "100%" : `${parseInt(parameters.width) || 100}px`;
  const height = parseInt(parameters.height);
  page.layout.style.width = width;
  if (height) Object.assign(page.layout.style, { flex: "none", height: `${height}px` });
  page.show({ width, height: height || "" });
  const { width: wide, height: high } = page.layout.getBoundingClientRect();
  answer({ width: wide, height: high });
}

function setTitle({ parameters, answer, page }) {
  page.title.textContent = parameters.title;
  page.show({ title: parameters.title });
  answer(parameters);
}

function setScroll({ parameters, answer, page }) {
  const scroll = parseInt(parameters.scroll);
  if (scroll >= 0) {
    window.scrollTo(window.scrollX, scroll);
    page.show({ scroll });
  }
  answer(parameters);
}

function reloadWindow() {
  location.reload();
}

function getInterface({ answer }) {
  answer({ command: [], event: [] });
}

// SDKs put a detour before the path, by which Bitrix24 chooses the slider's width.
function openPath({ told, parameters, answer, page }) {
  const path = typeof parameters.path === "string" ? parameters.path : "";
  if (!PATHS.test(path)) {
    answer({ result: "error", errorCode: "PATH_NOT_AVAILABLE" });
    return;
  }
  const address = new URL(path, location.origin);
  page.show({ opened: address.pathname });
  address.searchParams.set("from", "rest_placement");
  address.searchParams.set("from_app", told.code);
  slider.open(address.pathname + address.search, address.pathname, () => {
    answer({ result: "close" });
  });
}

// What Bitrix24's form makes of values on their way to the app that is opened: texts.
function asForm(value) {
  if (value === null || typeof value !== "object") return String(value ?? "");
  if (Array.isArray(value)) return value.map(asForm);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asForm(part)]));
}

// The app once more, over itself; what does not begin with bx24_ becomes its placement options.
function openApplication({ told, parameters, answer, page }) {
  const given = Object.entries(parameters);
  const options = Object.fromEntries(given.filter(([name]) => !name.startsWith("bx24_")));
  const query = new URLSearchParams({
    user_id: told.user_id,
    lang: told.init.LANG,
    options: JSON.stringify(asForm(options)),
    popup: "1",
  });
  page.show({ opened: "application" });
  const title = String(parameters.bx24_title || document.title);
  slider.open(`/_sandbox/frame?${query}`, title, () => answer());
}

// Only a window that is itself in a slider can be closed.
function closeApplication({ page }) {
  page.close();
}

// A dialog or a call of Bitrix24 that is not here: it stays in the list of what was asked for.
function notHere({ page }) {
  page.note("Bitrix24 would open a dialog; the sandbox has none");
}

export const COMMANDS = {
  getInitData,
  getInterface,
  refreshAuth,
  setInstall,
  setInstallFinish,
  setAppOption,
  setUserOption,
  resizeWindow,
  setTitle,
  setScroll,
  reloadWindow,
  openPath,
  openApplication,
  closeApplication,
  selectUser: notHere,
  selectAccess: notHere,
  selectCRM: notHere,
  imCallTo: notHere,
  imPhoneTo: notHere,
  imOpenMessenger: notHere,
  imOpenHistory: notHere,
};

// What Bitrix24 denies to a page that is embedded elsewhere, or that slid over another.
export function denied(told) {
  const placed = told.init.PLACEMENT !== "DEFAULT";
  return [
    ...(placed ? ["setTitle", "setScroll", "reloadWindow"] : []),
    ...(told.popup ? ["resizeWindow"] : []),
  ];
}
