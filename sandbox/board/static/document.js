// The public page of a document: while its PDF is being made, looks again and shows it.
const EVERY = 1500; // ms

async function look() {
  try {
    const answer = await fetch(`${location.pathname}?again`, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = fresh.querySelector("main");
    if (main && main.dataset.state !== "pending") {
      document.querySelector("main").replaceWith(main);
    }
  } catch {
    // The portal does not answer: it is asked again.
  }
  if (document.querySelector("main").dataset.state === "pending") setTimeout(look, EVERY);
}

if (document.querySelector("main").dataset.state === "pending") setTimeout(look, EVERY);
