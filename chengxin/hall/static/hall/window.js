/* The workstation: follows its stream, hears the QR scanner wherever the focus is, looks through the
   camera, and fetches what changed.  What may be done the server decides; here it is only asked. */

import { follow, refuse, words } from "../web/page.js";
import { callForHelp, refreshAlarms } from "./alarms.js";
import { lively } from "./liveness.js";
import { lookAndSend, looking } from "./look.js";
import { onScan } from "./scanner.js";

const station = document.getElementById("station");
const PREFIX = "CX1-", CODE = 30; // a ticket's code and its length
const OWN = 1500; // milliseconds within which news of this window are our own
const TOGETHER = 100; // milliseconds within which news make one refresh
const HANDS_OFF = 1500; // milliseconds until it is asked again whether the officer is through

/* ---- what comes by itself ------------------------------------------------------------------ */

function chosen() {
  return document.getElementById("chosen")?.value ?? "";
}

let pressed = false;
addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { pressed = false; }, true);

const coming = { desk: 0, queue: 0 };
const underWay = new Set(); // requests of this page that are not answered yet

/** Ask for a part anew, once for all that comes together. */
function refresh(part, after = TOGETHER) {
  coming[part] ||= setTimeout(ask, after, part);
}

/** But not under the officer's hands: not while he answers a dialog, holds a button down, or waits
    for what he pressed.  A press while this is under way goes first (hx-sync), and it is asked again. */
function ask(part) {
  coming[part] = 0;
  if (part === "desk" && (document.querySelector("dialog[open]") || looking())) refresh(part, HANDS_OFF);
  else if (pressed || underWay.size) refresh(part);
  else htmx.trigger(`#refresh-${part}`, "refresh");
}
document.addEventListener("htmx:beforeRequest", ({ detail: { xhr } }) => {
  underWay.add(xhr);
  xhr.addEventListener("loadend", () => underWay.delete(xhr));
});
document.addEventListener("htmx:sendAbort", ({ target }) => {
  if (target.id.startsWith("refresh-")) refresh(target.id.replace("refresh-", ""));
});

function refreshDesk() {
  refresh("desk");
}

function refreshQueue() {
  refresh("queue");
}

/** Something was done at this window; what we did ourselves is on the page already. */
function onPerson() {
  if (performance.now() - own > OWN) refreshDesk();
}

function onDirective() {
  document.getElementById("told").textContent = words("say-directive");
  refreshDesk();
}

function keep() {
  const focus = document.activeElement;
  return {
    number: number(),
    focus: focus?.id || focus?.dataset?.testid,
    marked: focus?.id === "item-filter" ? [focus.selectionStart, focus.selectionEnd] : null,
    filter: document.getElementById("item-filter")?.value ?? "",
    items: document.querySelector(".item-groups")?.scrollTop ?? 0,
    below: document.querySelector(".window-below")?.scrollTop ?? 0,
  };
}

function number() {
  return document.querySelector(".window-number")?.textContent;
}

function restore(kept) {
  if (kept.number !== number()) return; // another person: begin at the top
  const filter = document.getElementById("item-filter");
  if (filter && kept.filter) {
    filter.value = kept.filter;
    filterItems(kept.filter);
  }
  document.querySelector(".item-groups")?.scrollTo(0, kept.items);
  document.querySelector(".window-below")?.scrollTo(0, kept.below);
  const focus = kept.focus && (document.getElementById(kept.focus) ?? document.querySelector(`[data-testid="${kept.focus}"]`));
  focus?.focus({ preventScroll: true });
  if (kept.marked) focus?.setSelectionRange(...kept.marked); // the next word replaces the last
}

let before = null, own = 0;
for (const moment of ["htmx:beforeRequest", "htmx:afterRequest"]) {
  document.addEventListener(moment, (event) => { if (event.detail.requestConfig.verb !== "get") own = performance.now(); });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target.id;
  if (!(part in coming)) return;
  if (pressed) { // the button under his finger stays; what was done is fetched when it is up
    event.detail.shouldSwap = false;
    if (event.detail.requestConfig.verb !== "get") document.querySelector("dialog[open]")?.close();
    refresh(part);
  } else before = keep();
});
document.addEventListener("htmx:afterSwap", (event) => {
  hideNumberLater();
  if (before) restore(before);
  before = null;
  const dialog = document.querySelector("dialog[open]");
  if (dialog && event.detail.target?.id === "notice") sayInDialog(dialog);
  else if (dialog && event.detail.requestConfig?.verb !== "get") dialog.close();
});

/** A refusal belongs where the officer looks: into the dialog that asked. */
function sayInDialog(dialog) {
  const place = dialog.querySelector("[data-refusal]"), told = document.querySelector("#notice .refusal p");
  if (!place || !told) return;
  place.textContent = told.textContent;
  place.hidden = false;
  refuse("");
}

/* ---- the scanner ---------------------------------------------------------------------------- */

onScan(PREFIX, CODE, (code) => {
  document.getElementById("scanned").value = code;
  htmx.trigger("#scan", "submit");
});

/* ---- the face ------------------------------------------------------------------------------- */

/** The steps before the camera (动作检测), where the hall asks for them; true when the face was
    compared with them.  Whatever else comes of them, it is compared without. */
async function steps(eye, say) {
  try {
    for (let again = true; again;) {
      const told = await lively({ base: station.dataset.steps, eye, say });
      if (!told) return false;
      say(told.words);
      again = told.again;
    }
  } catch (error) {
    refuse(error.message);
    return false;
  }
  own = performance.now();
  refreshDesk();
  return true;
}

async function lookThenSend(url) {
  const before = url === station.dataset.compare && station.dataset.steps ? steps : undefined;
  const { html, refused, blind } = await lookAndSend(url, { drawn: demoFace, fields: () => ({ chosen: chosen() }), before });
  own = performance.now();
  if (blind) document.getElementById("by-hand").showModal();
  if (html) htmx.swap("#desk", html, { swapStyle: "outerHTML" });
  if (refused) refuse(refused);
}

function demoFace() {
  const path = station.dataset.demoFace, face = station.dataset.face;
  return path ? `${path}${face || "honest"}.jpg` : "";
}

/* ---- small duties --------------------------------------------------------------------------- */

/** Open the dialog in which a section head signs for one item: `approve` or `override`. */
function sign(name, button) {
  const dialog = document.getElementById(name);
  dialog.querySelector("form").reset();
  document.getElementById(`${name}-item`).textContent = button.dataset.title;
  document.getElementById(`${name}-code`).value = button.dataset.item;
  document.getElementById(`${name}-enterprise`).value = chosen() === "-" ? "" : chosen();
  document.getElementById(`${name}-chosen`).value = chosen();
  dialog.querySelector("[data-refusal]").hidden = true;
  dialog.showModal();
}

/** Open the dialog in which the person's objection to a directive is written down. */
function object(button) {
  const dialog = document.getElementById("object");
  dialog.querySelector("form").reset();
  document.getElementById("object-words").textContent = button.dataset.words;
  document.getElementById("object-directive").value = button.dataset.directive;
  dialog.querySelector("[data-refusal]").hidden = true;
  dialog.showModal();
}

function filterItems(text) {
  const wanted = text.trim().toLowerCase();
  for (const group of document.querySelectorAll(".item-group")) {
    let shown = 0;
    for (const item of group.querySelectorAll(".item")) {
      item.hidden = wanted !== "" && !item.querySelector(".item-title").textContent.toLowerCase().includes(wanted);
      shown += item.hidden ? 0 : 1;
    }
    group.hidden = shown === 0;
  }
}

/** An unmasked number is masked again when its time is over. */
function hideNumberLater() {
  const number = document.querySelector("#number[data-hide-after]:not([data-hiding])");
  if (!number) return;
  number.dataset.hiding = "";
  setTimeout(refreshDesk, Number(number.dataset.hideAfter) * 1000);
}

/** Fetch what is open at the window, and let both sign. */
async function handOver(button) {
  await htmx.ajax("GET", button.dataset.address, { target: "#hand-over-form", swap: "outerHTML" });
  document.getElementById("hand-over").showModal();
}

/** The time that each begun item takes, in the words of the page. */
function tickItems() {
  for (const place of document.querySelectorAll("[data-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(place.dataset.since)) / 60000);
    if (minutes > 0) place.textContent = words("say-since").replace("{n}", minutes);
  }
}
setInterval(tickItems, 10000);

/** From the filter into the list with Enter or ↓, through it with ↑ and ↓. */
function walkItems(event) {
  const inList = event.target.closest?.(".item-groups");
  if (event.isComposing) return; // Enter ends a Chinese word first
  const fromFilter = event.target.id === "item-filter" && /^(Enter|ArrowDown)$/.test(event.key);
  if (!fromFilter && !(inList && /^Arrow(Up|Down)$/.test(event.key))) return;
  const buttons = [...document.querySelectorAll(".item-groups .item:not([hidden]) button:not(:disabled)")];
  const at = buttons.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1);
  event.preventDefault();
  if (at < 0) document.getElementById("item-filter").focus();
  else buttons[at]?.focus();
}
addEventListener("keydown", walkItems);

/** The emergency key works above dialogs, within fields, and with the other keys switched off. */
addEventListener("keydown", (event) => {
  if (event.key !== "Pause") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) callForHelp(station.dataset.alarm);
}, true);

const DUTIES = {
  alarm: () => callForHelp(station.dataset.alarm),
  handOver,
  compare: () => lookThenSend(station.dataset.compare),
  enrol: () => lookThenSend(station.dataset.enrol),
  approve: (button) => sign("approve", button),
  override: (button) => sign("override", button),
  object,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DUTIES[button.dataset.do](button);
  if (event.target.id === "item-filter") { // by its key too: the next word replaces the last
    event.target.focus();
    event.target.select();
  }
});
document.addEventListener("input", (event) => {
  if (event.target.id === "item-filter") filterItems(event.target.value);
});

follow(
  station.dataset.stream,
  { ready: refreshQueue, queue: refreshQueue, person: onPerson, directive: onDirective, alarm: refreshAlarms },
  { resumed: () => { refreshDesk(); refreshAlarms(); } },
);
