"use strict";
// The frame around us, through Bitrix24's own SDK: it fits the frame to the page, opens CRM items,
// and tells who looks at the page, so that the session goes on.

// The SDK is large, so it comes when it comes; the page does not wait for it.
const sdk = document.getElementById("sdk");
const loaded = new Promise((resolve, reject) => {
  if (window.B24Js) resolve();
  sdk.addEventListener("load", resolve);
  sdk.addEventListener("error", reject);
});
const frame =
  window.parent === window ? Promise.reject() : loaded.then(() => B24Js.initializeB24Frame());
frame.catch(() => {}); // opened outside of Bitrix24: the page works until its session ends
const RENEWS_AFTER = 0.8; // of a session's life

let renewed = performance.now();
let renewing = null;

function isOld() {
  const lives = Number(document.body.dataset.sessionLives) * 1000;
  return performance.now() - renewed > lives * RENEWS_AFTER;
}

function session() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-Linkrobot-Session"];
}

async function renew() {
  const auth = await (await frame).auth.refreshAuth();
  const response = await fetch(`${document.body.dataset.root}bitrix24/app/session`, {
    method: "POST",
    headers: { "X-Linkrobot-Session": session() },
    body: new URLSearchParams({
      AUTH_ID: auth.access_token,
      REFRESH_ID: auth.refresh_token,
      AUTH_EXPIRES: Math.max(0, Math.round(auth.expires_in)),
      member_id: auth.member_id,
    }),
  });
  if (!response.ok) throw new Error(`the session was not renewed: ${response.status}`);
  const answer = await response.json();
  const headers = JSON.stringify({ "X-Linkrobot-Session": answer.session });
  document.body.setAttribute("hx-headers", headers);
  renewed = performance.now();
}

// Before each request the session is renewed where it will end soon; whatever comes of that.
document.addEventListener("htmx:confirm", (event) => {
  if (!isOld()) return;
  event.preventDefault();
  renewing ??= renew().finally(() => (renewing = null));
  renewing.catch(() => {}).then(() => event.detail.issueRequest(true));
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-path]");
  if (!link || window.parent === window) return;
  event.preventDefault();
  try {
    await (await frame).slider.openPath(new URL(link.href));
  } catch {
    window.open(link.href, "_blank", "noopener");
  }
});

async function fit() {
  try {
    await (await frame).parent.fitWindow();
  } catch {
    // the page scrolls by itself
  }
}

// The installer's answer says when the installation is to be ended.
async function finish() {
  if (!document.querySelector("[data-finish=yes]")) return;
  try {
    await (await frame).installFinish();
  } catch {
    // the text on the page says what to do
  }
}

frame.then(fit, () => {});
document.addEventListener("htmx:afterSettle", () => {
  fit();
  finish();
});
