// Drives a portal with Bitrix24's official JavaScript SDK and prints what it got, as JSON.
// `node drive.cjs ACT`; stdin says where the SDK is, how to sign in, and what the act needs.

const { readFileSync } = require("node:fs");

const given = JSON.parse(readFileSync(0, "utf-8"));
const { B24Hook, B24OAuth } = require(given.sdk);
const b24 = new B24OAuth(given.auth, given.secret);
b24.offClientSideWarning();

const call = (method, params = {}, by = b24) => by.actions.v2.call.make({ method, params });
const result = async (...what) => (await call(...what)).getData().result;
const failure = (work) =>
  work.then(
    (done) => ({ done }),
    ({ name, code, status, message }) => ({ name, code, status, message }),
  );

const documents = "crm.documentgenerator.document";
const acts = {
  // What the app does to a document's link.
  async documents({ id, filter }) {
    const listed = await call(`${documents}.list`, { filter, order: { id: "DESC" } });
    return {
      titles: listed.getData().result.documents.map(({ title }) => title),
      total: listed.getTotal(),
      read: (await result(`${documents}.get`, { id })).document.id,
      on: (await result(`${documents}.enablepublicurl`, { id, status: 1 })).publicUrl,
      off: (await result(`${documents}.enablepublicurl`, { id, status: 0 })).publicUrl,
    };
  },

  async pages({ filter }) {
    const query = { method: `${documents}.list`, params: { filter, select: ["id"] } };
    const as = { ...query, idKey: "id", customKeyForResult: "documents" };
    const listed = (await b24.actions.v2.callList.make(as)).getData();
    let fetched = 0;
    for await (const page of b24.actions.v2.fetchList.make(as)) fetched += page.length;
    return { listed: listed.length, fetched };
  },

  async batch({ id }) {
    const calls = {
      good: { method: `${documents}.enablepublicurl`, params: { id } },
      bad: { method: `${documents}.get`, params: { id: 999 } },
    };
    const options = { isHaltOnError: false, returnAjaxResult: true };
    const done = (await b24.actions.v2.batch.make({ calls, options })).getData();
    return {
      good: done.good.getData().result.publicUrl,
      bad: done.bad.getErrorMessages(),
    };
  },

  async robots({ robot }) {
    const { CODE } = robot;
    return {
      added: await result("bizproc.robot.add", robot),
      twice: await failure(result("bizproc.robot.add", robot)),
      listed: await result("bizproc.robot.list"),
      changed: await result("bizproc.robot.update", { CODE, FIELDS: { NAME: { en: "New" } } }),
      deleted: await result("bizproc.robot.delete", { CODE }),
      left: await result("bizproc.robot.list"),
    };
  },

  async events({ event, handler }) {
    return {
      bound: await result("event.bind", { event, handler }),
      twice: await failure(result("event.bind", { event, handler })),
      known: await result("event.get"),
    };
  },

  async answer({ event_token }) {
    const answer = { EVENT_TOKEN: event_token, RETURN_VALUES: { public_url: "https://x" }, LOG_MESSAGE: "Done" };
    return {
      sent: await result("bizproc.event.send", answer),
      forged: await failure(result("bizproc.event.send", { ...answer, EVENT_TOKEN: "forged" })),
    };
  },

  // The access token has died; the SDK renews it at the server that the app's message named.
  async renew() {
    const before = b24.auth.getAuthData();
    const renewed = [];
    b24.setCallbackRefreshAuth(async ({ b24OAuthParams }) => renewed.push(b24OAuthParams));
    const who = await result("profile");
    const after = b24.auth.getAuthData();
    await b24.initIsAdmin();
    return {
      who: who.NAME,
      admin: b24.auth.isAdmin,
      renewed: renewed.length,
      changed: before.access_token !== after.access_token && before.refresh_token !== after.refresh_token,
      scope: renewed[0].scope,
    };
  },

  async refuse() {
    return failure(b24.auth.refreshAuth());
  },

  async errors() {
    return {
      document: await failure(result(`${documents}.get`, { id: 999 })),
      event: await failure(result("event.bind", { event: "ONNOTHING", handler: "https://app.example/" })),
    };
  },

  async hook({ url }) {
    const hook = B24Hook.fromWebhookUrl(url);
    hook.offClientSideWarning();
    const who = (await result("profile", {}, hook)).NAME;
    return { who, app: await failure(result("bizproc.robot.list", {}, hook)) };
  },
};

acts[process.argv[2]](given.act).then(
  (done) => process.stdout.write(JSON.stringify(done)),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
