/* What every page does by itself, and what the rooms' modules import:

   import { follow, post, toast, words } from "../web/page.js";

   Texts stand in the templates, never here, so that they are translated in one place. */

const NO_SERVER = [502, 503, 504]; // what a proxy answers whose server is gone

/** The CSRF token of this page. */
export function token() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
}

/**
 * POST `data` (FormData, or an object sent as JSON) and return the answer's JSON.
 * A refusal (409 and the like) throws an Error with `code` and `message` = the sentence to show;
 * a lost line throws one with the code "offline", as does an answer that takes more than `seconds`.
 */
export async function post(url, data = {}, seconds = 0) {
  const form = data instanceof FormData;
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  if (!form) headers["Content-Type"] = "application/json";
  let answer;
  try {
    const signal = seconds ? AbortSignal.timeout(seconds * 1000) : undefined;
    answer = await fetch(url, { method: "POST", headers, body: form ? data : JSON.stringify(data), signal });
    if (NO_SERVER.includes(answer.status)) throw new Error("a proxy without its server");
  } catch {
    throw Object.assign(new Error(words("link-lost")), { code: "offline" });
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(told.reason ?? answer.statusText), { code: told.code ?? `http_${answer.status}`, status: answer.status });
  }
  return told;
}

/** The text of the element with this id: how a module gets a translated sentence. */
export function words(id) {
  return (document.getElementById(id)?.textContent ?? "").trim();
}

/** A random id, version 4; also where the page is not in a secure context. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Say `text` in the corner for six seconds.  `kind`: "info", "ok", "warn" or "danger". */
export function toast(text, kind = "info") {
  const told = document.createElement("p");
  told.className = `notice notice-${kind}`;
  told.textContent = text;
  document.getElementById("toasts")?.append(told);
  setTimeout(() => told.remove(), 6000);
}

/** Show `text` as a refusal above the page until it is put away; "" puts it away. */
export function refuse(text) {
  const region = document.getElementById("notice");
  if (!region) return;
  region.replaceChildren();
  if (!text) return;
  const told = document.createElement("div");
  told.className = "refusal";
  const sentence = document.createElement("p");
  sentence.textContent = text;
  told.append(sentence);
  region.append(told);
}

/**
 * Follow a stream of server-sent events and keep following it.
 * `handlers` maps an event's name to a function of its data (JSON already read).  The line-lost
 * strip shows while the line is down; when it is back, `resumed` is called, because events of the
 * meantime are gone and the page must ask for its state anew; `gone` is called when it breaks.
 * Returns a function that ends it.
 */
export function follow(url, handlers, { resumed = () => {}, gone = () => {} } = {}) {
  let source, wait = 1000, timer, strip, lost = false, ended = false;

  function open() {
    source = new EventSource(url);
    source.onopen = () => {
      wait = 1000;
      strip = clearTimeout(strip);
      show(false);
      if (lost) resumed();
      lost = false;
    };
    source.onerror = () => {
      lost = true;
      gone();
      strip ??= setTimeout(() => show(true), 1500); // a proxy that closes and opens at once is no news
      if (source.readyState === EventSource.CLOSED && !ended) {
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, 15000);
      }
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(event.data ? JSON.parse(event.data) : null, event));
    }
  }

  function show(down) {
    const element = document.getElementById("link-lost");
    if (element) element.hidden = !down;
  }

  function end() {
    ended = true;
    clearTimeout(timer);
    clearTimeout(strip);
    source.close();
  }

  addEventListener("pagehide", end);
  open();
  return end;
}

/* ---- what pages do by themselves ---------------------------------------------------------- */

const OFF = "chengxin-shortcuts-off";
const ZONE = "Asia/Shanghai"; // the hall's time, whatever the PC believes

function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** A key written on a button (`data-key="F2"`, "Shift+F2") presses it; letters do not while one types. */
function pressKey(event) {
  const open = document.querySelector("dialog[open]");
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
  if (event.key.length === 1 && typing(event.target)) return;
  if (event.key === "?" && !open) return listShortcuts();
  const key = (event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key).toLowerCase();
  for (const button of document.querySelectorAll("[data-key]")) {
    if (button.dataset.key.toLowerCase() !== key) continue;
    event.preventDefault();
    const reachable = open ? open.contains(button) : button.getClientRects().length > 0;
    if (reachable && !button.disabled) button.click();
    return;
  }
}

/** Open the list of the keys that this page knows. */
function listShortcuts() {
  const rows = document.getElementById("shortcut-rows");
  if (!rows) return;
  while (rows.rows.length > 1) rows.deleteRow(1);
  for (const button of document.querySelectorAll("[data-key]")) {
    const row = rows.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.append(Object.assign(document.createElement("kbd"), { textContent: button.dataset.key }));
    const label = button.cloneNode(true);
    label.querySelectorAll("kbd").forEach((key) => key.remove());
    row.append(head);
    row.insertCell().textContent = label.textContent.trim() || button.title;
  }
  document.getElementById("shortcuts-off").checked = Boolean(localStorage.getItem(OFF));
  document.getElementById("shortcuts").showModal();
}

/** data-open, data-close, data-dismiss, data-back, data-copy, data-print, data-elder: small duties of buttons. */
function press(event) {
  const button = event.target.closest("button, a");
  if (!button) return;
  const duty = button.dataset;
  if (duty.open === "shortcuts") listShortcuts();
  else if (duty.open) document.getElementById(duty.open)?.showModal();
  else if ("close" in duty) button.closest("dialog")?.close();
  else if ("dismiss" in duty) refuse("");
  else if ("back" in duty) history.back();
  else if ("copy" in duty) navigator.clipboard?.writeText(duty.copy);
  else if ("print" in duty) print();
  else if ("elder" in duty) elder(button.getAttribute("aria-pressed") !== "true");
}

/** The kiosk's large type; the session cookie is cleared when the kiosk begins anew. */
export function elder(on) {
  document.documentElement.toggleAttribute("data-size", on);
  if (on) document.documentElement.dataset.size = "elder";
  document.cookie = on ? "kiosk_size=elder; path=/; samesite=strict" : "kiosk_size=; path=/; max-age=0; samesite=strict";
  document.querySelectorAll("[data-elder]").forEach((button) => button.setAttribute("aria-pressed", String(on)));
}

function tick() {
  const now = new Date(), language = document.documentElement.lang;
  document.querySelectorAll("[data-clock]").forEach((clock) => {
    clock.textContent = now.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE });
  });
  document.querySelectorAll("[data-today]").forEach((day) => {
    day.textContent = now.toLocaleDateString(language, { year: "numeric", month: "long", day: "numeric", weekday: "long", timeZone: ZONE });
  });
}

addEventListener("keydown", pressKey);
document.addEventListener("click", press);
document.addEventListener("change", (event) => {
  if (event.target.id !== "shortcuts-off") return;
  if (event.target.checked) localStorage.setItem(OFF, "1");
  else localStorage.removeItem(OFF);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { successful, requestConfig } = event.detail;
  if (successful && requestConfig.verb !== "get") refuse(""); // what was refused before is settled
});
document.addEventListener("htmx:sendError", () => toast(words("link-lost"), "danger"));
document.querySelectorAll("[data-elder]").forEach((button) => {
  button.setAttribute("aria-pressed", String(document.documentElement.dataset.size === "elder"));
});
if (document.querySelector("[data-clock], [data-today]")) {
  tick();
  setInterval(tick, 1000);
}
