/* The kiosk: shows the screen that the session has come to, and sends what the person does.

   The page makes the session's id.  Whatever a lost line sends twice carries the same id, so the
   server does it once: the same swipe gives the same ticket. */

import { elder, follow, post, refuse, uuid, words } from "../web/page.js";
import { openEye } from "./camera.js";

const kiosk = document.getElementById("kiosk");
const base = kiosk.dataset.base;
const TRIES = 3; // of comparing the face (KioskSession.TRIES)
const IDLE = 60, ASK = 15, TICKET = 15, MORE = 30, HOME_POLL = 15, PRINTING = 5; // seconds
const RETRY = 2000, BETWEEN_PICTURES = 900; // milliseconds

let session = ""; // id of the person's session; "" on the start screen
let shown = "home"; // the screen on show
let chosen = null; // the choice that is being reminded of
let listed = ""; // the choices on the list, as they were told
let eye = null; // the camera, open only while a face is asked for
let looking = false;
let idle = 0, countdown = 0, asked = 0, busy = false;

/* ---- screens ------------------------------------------------------------------------------- */

function show(name, values = {}) {
  const changed = name !== shown;
  for (const screen of kiosk.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== name;
  fill(document.getElementById(`screen-${name}`), values);
  shown = name;
  if (!changed) return;
  refuse("");
  idle = 0;
  document.getElementById("main").scrollTop = 0;
  document.querySelector(`#screen-${name} h1`).focus({ preventScroll: true });
  if (name !== "face") closeEye();
}

function fill(where, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const place of where.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = value;
  }
}

function home() {
  const was = session;
  session = "";
  chosen = null;
  countdown = 0;
  closeEye();
  document.getElementById("still-there").close();
  show("home");
  if (was) post(`${base}end`, { session: was }).catch(() => {});
  elder(false);
  if (was && document.documentElement.lang === "en") inChinese();
  else look();
}

/** The next person reads Chinese unless he says otherwise. */
async function inChinese() {
  const form = new FormData();
  form.set("language", "zh-hans");
  form.set("next", base);
  await post(kiosk.dataset.language, form).catch(() => {});
  location.reload();
}

/* ---- the server's word --------------------------------------------------------------------- */

/** Send `data` to `path` until the server has it, with words on the screen meanwhile. */
async function send(path, data = {}) {
  const mine = session;
  for (;;) {
    try {
      const told = await post(base + path, { session: mine, ...data });
      if (mine === session) render(told);
      return;
    } catch (error) {
      if (mine !== session) return;
      if (error.code !== "offline") return failed(error);
      trouble(words("say-lost"), true);
      await pause(RETRY);
      if (mine !== session) return;
    }
  }
}

function failed(error) {
  if (error.code === "session_over") return home();
  if (error.code === "wrong_state") return look();
  trouble(error.message, false);
}

function trouble(sentence, retrying) {
  document.getElementById("trouble-retrying").hidden = !retrying;
  show("trouble", { words: sentence });
}

/** Ask how things stand: at the start, after a lost line, and when the stream says so. */
async function look() {
  const mine = session;
  try {
    const answer = await fetch(`${base}state?session=${mine}`, { headers: { Accept: "application/json" } });
    if (answer.ok && mine === session) render(await answer.json());
  } catch {
    if (mine === session && shown !== "home" && shown !== "ticket") trouble(words("say-lost"), true);
  }
}

function render(told) {
  for (const [business, count] of Object.entries(told.waiting)) {
    const place = kiosk.querySelector(`[data-waiting="${business}"]`);
    if (place) place.textContent = count;
  }
  document.getElementById("reader-gone").hidden = told.device.reader;
  document.getElementById("printer-gone").hidden = !told.device.printer;
  fill(document.getElementById("printer-gone"), { printer: told.device.printer });
  kiosk.dataset.face = told.device.face;
  if (!session) return;
  const now = told.session;
  if (!now) return told.over ? home() : undefined; // not over: asked before it was begun
  ({ card: cardScreen, face: faceScreen, choose: chooseScreen, done: ticketScreen }[now.state] ?? home)(now);
}

/* ---- the steps ----------------------------------------------------------------------------- */

function cardScreen(now) {
  show("card", { business: now.business_title, trouble: now.trouble });
  document.getElementById("card-trouble").hidden = !now.trouble;
  document.getElementById("read-again").hidden = !now.trouble;
}

function faceScreen(now) {
  show("face", { name: now.name, tries: now.tries_left });
  document.getElementById("face-tries").hidden = now.tries_left === TRIES;
  document.getElementById("face-first").hidden = now.known || now.tries_left !== TRIES;
  if (!looking) lookAtFace();
}

function chooseScreen(now) {
  if (busy) return;
  if (shown === "remind" && chosen) return remindAnew(now);
  if (shown === "choose" && JSON.stringify(now.choices) === listed) return;
  listed = JSON.stringify(now.choices);
  const list = document.getElementById("choices");
  list.replaceChildren(...now.choices.map((choice) => choiceButton(choice)));
  for (const tag of document.querySelectorAll(".by-hand")) tag.hidden = now.identified;
  if (now.choices.length === 1) return choose(now.choices[0]);
  show("choose", { name: now.name });
}

function choiceButton(choice) {
  const row = document.getElementById("choice").content.cloneNode(true).firstElementChild;
  fill(row, { enterprise: choice.name || words("say-himself"), roles: choice.roles, status: choice.status });
  const tag = row.querySelector(".tag");
  tag.classList.add(choice.normal ? "tag-ok" : "tag-warn");
  tag.hidden = !choice.status;
  row.dataset.enterprise = choice.id;
  row.addEventListener("click", () => choose(choice));
  return row;
}

function choose(choice) {
  chosen = choice;
  if (!choice.possible) return trouble(words("say-nothing-possible"), false);
  if (!choice.notices.length) return take();
  document.getElementById("notices").replaceChildren(...choice.notices.map(noticeBand));
  show("remind", { enterprise: choice.name });
}

/** The back office ordered something while the person reads: the words change before his eyes. */
function remindAnew(now) {
  const same = now.choices.find((choice) => choice.id === chosen.id);
  if (same && JSON.stringify(same) === JSON.stringify(chosen)) return;
  if (!same) return DUTIES.back(); // bound to the enterprise no more
  chosen = same;
  if (!same.possible) return trouble(words("say-nothing-possible"), false);
  const lifted = document.getElementById("notice-none").content.cloneNode(true);
  document.getElementById("notices").replaceChildren(...(same.notices.length ? same.notices.map(noticeBand) : [lifted]));
}

function noticeBand(notice) {
  const band = document.getElementById(`notice-${notice.decision}`).content.cloneNode(true).firstElementChild;
  fill(band, { titles: notice.titles });
  return band;
}

async function take() {
  if (busy) return;
  busy = true;
  await send("take", { enterprise: chosen?.id ?? "" });
  busy = false;
}

function ticketScreen(now) {
  const ticket = now.ticket;
  if (shown !== "ticket") countdown = document.documentElement.dataset.size === "elder" ? TICKET + 15 : TICKET;
  document.getElementById("countdown").textContent = countdown;
  document.getElementById("ticket-qr").src = ticket.qr;
  document.getElementById("ticket-by-hand").hidden = ticket.identified;
  const place = document.getElementById("ticket-place");
  place.hidden = !ticket.place;
  if (ticket.place) place.querySelector("img").src = ticket.place;
  show("ticket", { ...ticket, business: now.business_title, paper: now.paper.words });
  paper(now.paper);
}

/** Whether the ticket came out; without one there is more time to write the number down. */
function paper(told) {
  const failed = told.state === "failed" || told.state === "unclear";
  const place = document.getElementById("paper-failed");
  if (failed && place.hidden) countdown = Math.max(countdown, MORE);
  place.hidden = !failed;
  for (const state of ["printing", "printed"]) document.getElementById(`paper-${state}`).hidden = told.state !== state;
  document.getElementById("print-again").hidden = !told.again;
}

/* ---- the face ------------------------------------------------------------------------------ */

async function lookAtFace() {
  looking = true;
  const mine = session;
  const frame = document.getElementById("face-frame");
  frame.classList.remove("matched", "refused");
  advise(words("say-look"));
  try {
    eye ??= await openEye(document.getElementById("camera"), document.getElementById("frame"), demoFace);
  } catch {
    advise(words("say-no-camera"));
    document.getElementById("skip-face").classList.add("btn-primary");
    looking = false;
    return;
  }
  await pause(BETWEEN_PICTURES);
  while (session === mine && shown === "face" && eye) {
    await compareOnce(mine, frame);
    await pause(BETWEEN_PICTURES);
  }
  looking = false;
}

async function compareOnce(mine, frame) {
  const form = new FormData();
  form.set("session", mine);
  form.set("picture", await eye.picture(), "face.jpg");
  try {
    const told = await post(`${base}compare`, form);
    if (mine !== session) return;
    const now = told.session;
    const matched = now?.identified ?? false;
    frame.classList.toggle("matched", matched);
    frame.classList.toggle("refused", !matched);
    const over = now?.state !== "face"; // no try is left, or the machine cannot tell
    advise(words(matched ? "say-matched" : over ? "say-by-hand" : "say-not-matched"));
    await pause(matched ? 900 : 1800);
    if (mine === session) render(told);
  } catch (error) {
    if (mine !== session) return;
    if (error.code === "session_over" || error.code === "wrong_state") return failed(error);
    advise(error.message);
  }
}

function demoFace() {
  const path = kiosk.dataset.demoFace;
  return path && kiosk.dataset.face ? `${path}${kiosk.dataset.face}.jpg` : "";
}

function advise(sentence) {
  const place = document.getElementById("face-advice");
  if (place.textContent !== sentence) place.textContent = sentence;
}

function closeEye() {
  eye?.close();
  eye = null;
  document.getElementById("skip-face").classList.remove("btn-primary");
}

/* ---- what the person presses --------------------------------------------------------------- */

const DUTIES = {
  home,
  back: () => { chosen = null; show("choose"); look(); },
  take,
  "read-again": () => send("read-again"),
  "skip-face": () => send("skip-face"),
  "print-again": () => { countdown = Math.max(countdown, MORE); send("print-again"); },
  "more-time": () => { countdown += MORE; stay(); },
  stay: () => { document.getElementById("still-there").close(); stay(); },
};

function stay() {
  idle = asked = 0;
  if (session) post(`${base}stay`, { session }).catch(() => {});
}

document.addEventListener("click", (event) => {
  const business = event.target.closest("[data-business]");
  if (business && !session) {
    session = uuid();
    send("begin", { business: business.dataset.business });
    return;
  }
  const button = event.target.closest("[data-do]");
  if (button) DUTIES[button.dataset.do]();
});
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { idle = 0; });

/* ---- time ---------------------------------------------------------------------------------- */

let seconds = 0;
function tick() {
  seconds += 1;
  if (shown === "home") {
    if (seconds % HOME_POLL === 0) look();
    return;
  }
  if (shown === "ticket") {
    if (!document.getElementById("paper-printing").hidden) {
      countdown = Math.max(countdown, PRINTING); // nobody leaves before it is out, or said not to be
      if (seconds % PRINTING === 0) look(); // the device may be gone
    }
    document.getElementById("countdown").textContent = countdown;
    if (countdown-- <= 0) home();
    return;
  }
  if (shown === "card" && seconds % 5 === 0) look(); // the reader's time may be over
  const dialog = document.getElementById("still-there");
  if (!dialog.open) {
    idle += 1;
    if (idle >= IDLE) {
      asked = ASK;
      dialog.showModal();
    }
  }
  if (dialog.open) {
    document.getElementById("still-countdown").textContent = asked;
    if (asked-- <= 0) home();
  }
}

function pause(milliseconds) {
  return new Promise((done) => { setTimeout(done, milliseconds); });
}

follow(kiosk.dataset.stream, { ready: look, changed: look }, { resumed: look });
setInterval(tick, 1000);
look();
