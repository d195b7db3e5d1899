"use strict";
// Ends the installation and fits the frame, with the script of Bitrix24 that the page loads.
window.addEventListener("load", () => {
  if (!window.BX24) return;
  BX24.init(() => {
    BX24.fitWindow();
    if (document.body.dataset.finish === "yes") BX24.installFinish();
  });
});
