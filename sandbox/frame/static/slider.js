// A page of the portal that slides over this one, with a title and a button that closes it.

let newest = 0;

// Opens `address`; `closed` is called once, when a person or the page in it closes it.
export function open(address, title, closed) {
  const box = document.createElement("section");
  const head = document.createElement("header");
  const name = document.createElement("h2");
  const button = document.createElement("button");
  const frame = document.createElement("iframe");
  box.className = "slider";
  box.dataset.slider = String(++newest);
  box.dataset.address = address;
  name.textContent = title;
  button.type = "button";
  button.textContent = "×";
  button.title = "Close";
  button.setAttribute("aria-label", `Close ${title}`);
  frame.src = address;
  frame.title = title;
  head.append(name, button);
  box.append(head, frame);
  document.body.append(box);
  button.focus();

  const close = () => {
    window.removeEventListener("message", heard);
    box.remove();
    closed();
  };
  const heard = (event) => {
    const ours = event.source === frame.contentWindow && event.origin === location.origin;
    if (ours && event.data === "sandbox:close") close();
  };
  button.addEventListener("click", close);
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  window.addEventListener("message", heard);
}
