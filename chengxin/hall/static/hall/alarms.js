/* 紧急呼叫 on every page of those who can help: shows the open calls as they come, and sends a call
   until the server has it.  A page whose stream is silent asks by itself. */

import { follow, post, uuid } from "../web/page.js";

const strip = document.getElementById("alarms");
const ASK = 20000; // milliseconds: a silent line hides a call no longer than this
const AGAIN = 1000; // milliseconds between two tries to send a call
const KEPT = "chengxin-alarm"; // a call that the server does not have yet outlives the page
const OLD = 3600; // seconds after which a call that was never sent is no call any more
let shown = "", pressed = false;

addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { pressed = false; }, true);

/** Ask for the open calls; what is the same stays, so that nothing is said twice. */
export async function refreshAlarms() {
  const answer = await fetch(strip.dataset.strip).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const html = (await answer.text()).trim();
  if (html === shown) return;
  if (pressed) return void setTimeout(refreshAlarms, AGAIN); // the button under his finger stays
  shown = html;
  strip.innerHTML = html;
  htmx.process(strip);
  raise();
}

/** Above whatever dialog is open. */
function raise() {
  if (!strip.popover) strip.popover = "manual";
  if (strip.matches(":popover-open")) strip.hidePopover();
  if (strip.childElementCount) strip.showPopover();
}

/** Call for help from the window whose address this is; pressed again, it is the same call. */
export function callForHelp(url) {
  if (!kept()) localStorage.setItem(KEPT, JSON.stringify({ id: uuid(), at: Date.now(), url }));
  send();
}

function kept() {
  const call = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  return call && Date.now() - call.at < OLD * 1000 ? call : null;
}

let sending = false;

async function send() {
  const call = kept();
  if (!call || sending) return;
  sending = true;
  const form = new FormData();
  form.set("id", call.id);
  form.set("delay", Math.round((Date.now() - call.at) / 1000));
  const told = await post(call.url, form).catch(() => ({}));
  sending = false;
  const arrived = Boolean(told.called_at);
  if (arrived) localStorage.removeItem(KEPT);
  else setTimeout(send, AGAIN);
  const unsent = document.getElementById("alarm-unsent");
  if (unsent) unsent.hidden = arrived;
  if (arrived) refreshAlarms();
}

if (strip) {
  if (strip.dataset.stream) follow(strip.dataset.stream, { ready: refreshAlarms, alarm: refreshAlarms }, { resumed: refreshAlarms });
  setInterval(refreshAlarms, ASK);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== strip) return;
    shown = "";
    raise();
  });
  refreshAlarms();
  send();
}
