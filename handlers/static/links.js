"use strict";
// The section of links: «select all that are shown», and panels that can be closed.

document.addEventListener("change", (event) => {
  if (event.target.id !== "links-all") return;
  for (const box of document.querySelectorAll('input[name="link[]"][form]')) {
    box.checked = event.target.checked;
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  const panel = button.closest("section");
  const row = panel.closest("li, #main");
  panel.remove();
  (row.querySelector("summary, input[type=search]") || row).focus(); // not lost with the button
});
