// The app's page in a slider. The page that it is in plays Bitrix24's window: /_sandbox/frame.

import { draw, h } from "./dom.js";
import { model } from "./model.js";

const slider = document.getElementById("app");
const place = document.getElementById("app-frame");
const as = document.getElementById("as");
const nameOf = (app) => app?.name || "Linkrobot";

export function drawOpening() {
  const { app, users } = model.state;
  const button = document.getElementById("open-app");
  button.textContent = `Open ${nameOf(app)}`;
  button.disabled = !app;
  button.title = app ? "" : "No application is installed in this portal";
  as.disabled = !app;
  draw(
    as,
    ...users.map(({ id, name, admin }) =>
      h("option", { value: String(id) }, `as ${name}${admin ? ", administrator" : ""}`),
    ),
  );
}

export function open() {
  document.getElementById("app-title").textContent = nameOf(model.state.app);
  const frame = h("iframe", {
    src: `/_sandbox/frame?popup=1&user_id=${as.value}`,
    title: nameOf(model.state.app),
  });
  place.replaceChildren(frame);
  history.pushState({ app: true }, "");
  slider.showModal();
}

export function close() {
  slider.close();
}

slider.addEventListener("close", () => {
  place.replaceChildren();
  if (history.state?.app) history.back();
});
slider.addEventListener("click", (event) => event.target === slider && close());
addEventListener("message", (event) => {
  const frame = place.firstElementChild;
  const ours = frame && event.source === frame.contentWindow && event.origin === location.origin;
  if (ours && event.data === "sandbox:close") close();
});
