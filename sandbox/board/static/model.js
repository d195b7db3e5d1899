// What the page knows: the portal's state as it was read last, and what the journal told.

const MOST_REQUESTS = 150;
// What the portal sends and answers, in the list of requests.
const WIRE = new Set([
  "rest.request",
  "robot.called",
  "robot.lost",
  "event.sent",
  "token.renewed",
  "token.checked",
]);

export const model = {};

export function begin(state) {
  Object.assign(model, {
    state: null,
    runs: new Map(), // workflow id -> {id, item, stage, at, events}
    ofItem: new Map(), // DEAL_7 -> its runs, oldest first
    moved: new Map(), // DEAL_7 -> number of the event that moved it last
    ofDocument: new Map(), // document -> its events
    requests: [], // newest first
    moving: new Map(), // DEAL_7 -> {stage, done}: moves that a reading may not know of yet
  });
  know(state, performance.now());
}

// A state that was asked for at `since`: a move that was done later is not in it.
export function know(state, since) {
  model.state = state;
  for (const [name, { stage, done }] of model.moving) {
    if (since > done) model.moving.delete(name);
    else Object.assign(findByName(name) ?? {}, { stage });
  }
}

export function take(events) {
  for (const event of events) {
    if (WIRE.has(event.kind)) model.requests.unshift(event);
    if (event.kind === "item.moved") takeMove(event);
    else if (event.workflow_id) model.runs.get(event.workflow_id)?.events.push(event);
    if (event.document && event.kind !== "event.sent") takeDocument(event);
  }
  model.requests.length = Math.min(model.requests.length, MOST_REQUESTS);
}

function takeMove(event) {
  const item = event.document_id[2];
  model.moved.set(item, event.n);
  if (!event.workflow_id) return;
  const { workflow_id: id, stage, at } = event;
  const run = { id, item, stage, at, events: [event] };
  model.runs.set(id, run);
  model.ofItem.set(item, [...(model.ofItem.get(item) ?? []), run]);
}

function takeDocument(event) {
  model.ofDocument.set(event.document, [...(model.ofDocument.get(event.document) ?? []), event]);
}

export const nameOf = (item) => item.document_id[2];

// «Deal 7», or as Bitrix24 names what is no deal: LEAD_7.
export const labelOf = (item) => nameOf(item).replace(/^DEAL_/, "Deal ");

export const stageOf = (item) => item.stage || model.state.stages[0].name;

export function documentsOf(item) {
  return model.state.documents.filter(
    (one) => one.entityTypeId === item.entityTypeId && one.entityId === item.id,
  );
}

export function runsOf(item) {
  return model.ofItem.get(nameOf(item)) ?? [];
}

// What happened in a run, with what happened to the item's documents meanwhile.
export function storyOf(item, run) {
  const runs = runsOf(item);
  const next = runs[runs.indexOf(run) + 1];
  const documents = documentsOf(item)
    .flatMap((document) => model.ofDocument.get(document.id) ?? [])
    .filter((event) => event.at >= run.at && (!next || event.at < next.at));
  return [...run.events, ...documents].sort((one, other) => one.n - other.n);
}

// The deals of a stage: what came last stands first.
export function itemsIn(stage) {
  const order = (item) => [model.moved.get(nameOf(item)) ?? 0, item.id];
  return model.state.items
    .filter((item) => stageOf(item) === stage)
    .sort((one, other) => {
      const [a, b] = [order(one), order(other)];
      return b[0] - a[0] || b[1] - a[1];
    });
}

export function findItem(type, id) {
  return model.state.items.find((item) => item.entityTypeId === type && item.id === id);
}

export function findByName(name) {
  return model.state.items.find((item) => nameOf(item) === name);
}
