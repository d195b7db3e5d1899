// Speaks with the control plane of this portal, and follows its journal as long as the page is open.

const WAIT = 20; // seconds that one question for news waits
const PATIENCE = 5000; // ms beyond that: then the sandbox counts as gone
const AGAIN_AFTER = 1000; // ms
const FIRST = 3000; // so many of the last events are read at first

export class Refused extends Error {}

// One request; throws Refused with the portal's own words, or a TypeError where nobody answers.
export async function ask(method, path, body, { patience = 15000 } = {}) {
  const answer = await fetch(`/_sandbox/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.error);
  return said;
}

// Tells `events` what happens, `gone` and `back` when the sandbox goes and comes again. Where it is
// another process (its memory is gone with the old one), `begin` is told before anything else.
export async function follow({ begin, events, gone, back }) {
  let portal = null;
  let after = -FIRST;
  for (;;) {
    try {
      const state = await ask("GET", "state");
      if (state.portal.member_id !== portal) {
        portal = state.portal.member_id;
        after = -FIRST;
        begin(state);
      }
      back(state);
      let changes = -1; // unknown: the first answer comes at once
      for (;;) {
        const path = `journal?after=${after}&wait=${WAIT}&changes=${changes}`;
        const news = await ask("GET", path, undefined, { patience: WAIT * 1000 + PATIENCE });
        const isNew = news.events.length > 0 || news.changes !== changes;
        ({ last: after, changes } = news);
        if (isNew) await events(news.events);
      }
    } catch (error) {
      gone(error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }
}
