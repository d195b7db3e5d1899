// Closes the portal's window: what shows it in a slider does that (the board, or a page below).

const isInSlider = window.parent !== window;

// False where there is no slider, so nothing to close.
export function close() {
  if (isInSlider) window.parent.postMessage("sandbox:close", location.origin);
  return isInSlider;
}

const button = document.getElementById("close");
button.hidden = !isInSlider;
button.addEventListener("click", close);
