// How an app's page and the portal's window write to each other: the format of Bitrix24's SDKs,
// `command:parameters:callback:sid` one way and `callback:answer` the other.

// A message as {command, parameters, callback, sid}; null where it is none.
export function read(data) {
  if (data && typeof data === "object") {
    const { method, params, callback, appSid } = data;
    return { command: String(method), parameters: params || {}, callback, sid: appSid };
  }
  if (typeof data !== "string") return null;
  const parts = data.split(":");
  if (parts.length < 3) return null;
  const [callback, sid] = parts.slice(-2);
  const text = parts.slice(1, -2).join(":");
  try {
    return { command: parts[0], parameters: text ? JSON.parse(text) : {}, callback, sid };
  } catch {
    return null;
  }
}

export function answer(callback, value) {
  return `${callback}:${value === undefined ? "" : JSON.stringify(value)}`;
}
