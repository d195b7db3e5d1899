// The made-up app's page: one button for each thing that an app asks of the portal's window,
// each with Bitrix24's official SDK. What comes back is said as JSON in #said.

const said = document.getElementById("said");
const say = (value) => (said.textContent = JSON.stringify(value));

function begin(b24) {
  const auth = () => b24.auth.getAuthData();
  return {
    init: () => ({
      admin: b24.auth.isAdmin,
      domain: b24.getTargetOrigin(),
      first: b24.isFirstRun,
      install: b24.isInstallMode,
      lang: b24.getLang(),
      member: auth().member_id,
      options: b24.placement.options,
      placement: b24.placement.title,
      sid: b24.getAppSid(),
    }),
    refresh: async () => {
      const before = auth().access_token;
      const { access_token, expires_in } = await b24.auth.refreshAuth();
      return { changed: access_token !== before, expires_in };
    },
    call: async () => (await b24.actions.v2.call.make({ method: "profile" })).getData().result,
    fail: async () => {
      const method = "crm.documentgenerator.document.get";
      const { message, status } = await b24.actions.v2.call.make({ method, params: { id: 999 } }).catch((e) => e);
      return { message, status };
    },
    title: () => b24.parent.setTitle("Links: 3 are public"),
    fit: async () => {
      document.body.style.height = "1500px";
      return b24.parent.fitWindow();
    },
    scroll: () => b24.parent.scrollParentWindow(120),
    path: () => b24.slider.openPath(b24.slider.getUrl("/crm/deal/details/7/")),
    forbidden: () => b24.parent.message.send("openPath", { path: "/bitrix/admin/" }),
    again: () => b24.slider.openSliderAppPage({ bx24_title: "Run 12", run: 12 }),
    leave: () => b24.slider.closeSliderAppPage(),
    interface: () => b24.placement.getInterface(),
    option: async () => {
      await b24.options.appSet("which", "latest");
      await b24.options.userSet("rows", 50);
      return true;
    },
    options: () => ({ which: b24.options.appGet("which"), rows: b24.options.userGet("rows") }),
    dialog: () => void b24.dialog.selectUser(),
    call_ben: () => b24.parent.imCallTo(7),
    finish: () => b24.installFinish(),
    reload: () => b24.parent.reloadWindow(),
  };
}

try {
  const b24 = await B24Js.initializeB24Frame();
  for (const [name, act] of Object.entries(begin(b24))) {
    const button = document.createElement("button");
    button.textContent = name;
    button.onclick = async () => {
      said.textContent = "";
      try {
        say(await act());
      } catch (error) {
        say({ error: String(error) });
      }
    };
    document.getElementById("buttons").append(button);
  }
  say("ready");
} catch (error) {
  say({ error: String(error) });
}
