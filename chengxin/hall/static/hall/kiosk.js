/* The kiosk: shows the screen that the session has come to, and sends what the person does.

   The page makes the session's id.  Whatever a lost line sends twice carries the same id, so the
   server does it once: the same swipe gives the same ticket. */

import { elder, follow, post, refuse, toast, uuid, words } from "../web/page.js";
import { openEye } from "./camera.js";
import { halfHours } from "./kiosk_booking.js";
import { enterpriseList, itemList, listed, notesOf } from "./kiosk_lists.js";
import { localNumbers } from "./kiosk_local.js";
import { voice } from "./kiosk_voice.js";
import { lively } from "./liveness.js";

const kiosk = document.getElementById("kiosk");
const base = kiosk.dataset.base;
const TRIES = 3; // of comparing the face (KioskSession.TRIES)
const IDLE = 60, ASK = 15, TICKET = 15, MORE = 30, HOME_POLL = 15, PRINTING = 5, LAID = 10; // seconds
const RETRY = 2000, BETWEEN_PICTURES = 900; // milliseconds
const PATIENCE = 10, KEEP = 60; // seconds: for an answer; between two looks after the local numbers
const POPULAR = 8; // items shown first while the line is cut

let session = ""; // id of the person's session; "" on the start screen
let shown = "home"; // the screen on show
let chosen = null; // the enterprise that a number is taken for, or himself
let several = false; // whether there is more than one to choose from
let matter = null; // what it may be taken for, as it was told last
let eye = null; // the camera, open only while a face is asked for
let looking = false;
let readerGone = false;
let business = ""; // which of the three was touched
let cut = false; // the line to the server is down
let alone = false; // this person is given a number of the kiosk's own
let chineseLater = false; // the line was cut when the page should have become Chinese again
let bookable = false; // another time may be booked instead of a number now
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
  spoken.say(name);
}

function fill(where, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const place of where.querySelectorAll(`[data-fill="${name}"]`)) place.textContent = value;
  }
}

const enterprises = enterpriseList(choose);
const items = itemList();
const hours = halfHours(base);
const local = localNumbers(base);
const spoken = voice();

function home() {
  const was = session, somebody = shown !== "home";
  session = business = "";
  alone = false;
  chosen = matter = null;
  items.only([]);
  enterprises.clear();
  countdown = 0;
  closeEye();
  document.getElementById("still-there").close();
  spoken.hush(); // the next person has not asked for a voice
  show("home");
  if (was) post(`${base}end`, { session: was }).catch(() => {});
  elder(false);
  if (somebody && document.documentElement.lang === "en") inChinese();
  else look();
}

/** The next person reads Chinese unless he says otherwise. */
async function inChinese() {
  const form = new FormData();
  form.set("language", "zh-hans");
  form.set("next", base);
  const changed = await post(kiosk.dataset.language, form, PATIENCE).then(() => true, () => false);
  chineseLater = !changed; // a page loaded without a line would be none
  if (changed) location.reload();
}

/* ---- the server's word --------------------------------------------------------------------- */

/** Send `data` to `path` until the server has it, with words on the screen meanwhile. */
async function send(path, data = {}) {
  const mine = session;
  for (;;) {
    try {
      const told = await post(base + path, { session: mine, ...data }, PATIENCE);
      line(true);
      if (mine === session) render(told);
      return;
    } catch (error) {
      if (mine !== session) return;
      if (error.code !== "offline") return failed(error);
      line(false);
      if (path === "begin" && local.left(business)) return goAlone();
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
  document.getElementById("book-instead").hidden = error.code !== "daily_limit" || !bookable;
}

function trouble(sentence, retrying) {
  document.getElementById("trouble-retrying").hidden = !retrying;
  document.getElementById("book-instead").hidden = true;
  document.getElementById("go-alone").hidden = !(retrying && local.left(business));
  show("trouble", { words: sentence });
}

/** Ask how things stand: at the start, after a lost line, and when the stream says so. */
async function look() {
  const mine = session;
  try {
    const asked = chosen ? `&for=${encodeURIComponent(chosen.id)}` : "";
    const answer = await fetch(`${base}state?session=${mine}${asked}`, { headers: { Accept: "application/json" } });
    line(answer.status < 500);
    if (answer.ok && mine === session) render(await answer.json());
  } catch {
    line(false);
    if (mine && mine === session && shown !== "ticket") trouble(words("say-lost"), true);
  }
}

/** Whether the server is heard; without it the start screen says what still can be done. */
function line(stands) {
  const back = cut && stands;
  cut = !stands;
  document.getElementById("line-gone").hidden = stands;
  const helps = [...kiosk.querySelectorAll("[data-business]")].some((tile) => local.left(tile.dataset.business));
  document.getElementById("line-gone-alone").hidden = !helps;
  document.getElementById("line-gone-desk").hidden = helps;
  if (back) local.keep();
  if (back && chineseLater && shown === "home") inChinese();
}

/* ---- the line is cut: a number of the kiosk's own ------------------------------------------- */

function goAlone() {
  session = ""; // what was begun before ends by itself
  alone = true;
  busy = false;
  show("alone", { business: businessTitle() });
}

function businessTitle() {
  return kiosk.querySelector(`[data-business="${business}"] strong`)?.textContent ?? "";
}

/** What is wanted may be said all the same; whether it is possible, the window will say. */
function itemsAlone() {
  const all = JSON.parse(document.getElementById("catalogue").textContent)[business];
  const offered = all.map((item) => ({ ...item, notes: [] }));
  chosen = { id: "", name: "" };
  matter = { items: offered, popular: offered.slice(0, POPULAR).map((item) => item.code), notices: [], reminders: [] };
  if (offered.length === 1) {
    items.only([offered[0].code]);
    return numberAlone();
  }
  show("items", { enterprise: words("say-alone") });
  items.show(matter);
}

async function numberAlone() {
  if (busy) return;
  busy = true;
  const wanted = items.picked();
  const number = await local.give(business, wanted).catch(() => null);
  busy = false;
  if (!number) return trouble(words("say-none-left"), false);
  countdown = large() ? 2 * MORE : MORE;
  const titles = matter.items.filter((item) => wanted.includes(item.code)).map((item) => item.title);
  document.getElementById("alone-items").hidden = !titles.length;
  show("alone-ticket", { number, items: listed(titles) });
  tellSeconds();
  local.keep(); // the line may be back already
}

function large() {
  return document.documentElement.dataset.size === "elder";
}

function tellSeconds() {
  for (const place of document.querySelectorAll("#countdown, #alone-countdown")) place.textContent = countdown;
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
  readerGone = !told.device.reader;
  ({ card: cardScreen, face: faceScreen, choose: chooseScreen, done: ticketScreen }[now.state] ?? home)(now);
}

/* ---- the steps ----------------------------------------------------------------------------- */

function cardScreen(now) {
  const wrong = readerGone ? words("say-reader-gone") : now.trouble;
  show("card", { business: now.business_title, trouble: wrong });
  document.getElementById("card-trouble").hidden = !wrong;
  document.getElementById("read-again").hidden = !now.trouble || readerGone;
}

function faceScreen(now) {
  show("face", { name: now.name, tries: now.tries_left });
  document.getElementById("face-tries").hidden = now.tries_left === TRIES;
  document.getElementById("face-first").hidden = now.known || now.tries_left !== TRIES;
  if (!looking) lookAtFace();
}

function chooseScreen(now) {
  bookable = now.booking;
  for (const button of kiosk.querySelectorAll("[data-do=another-time]")) button.hidden = !bookable;
  if (busy || shown === "book" || refusedNow()) return;
  for (const tag of document.querySelectorAll(".by-hand")) tag.hidden = now.identified;
  several = now.choices.length > 1;
  if (!now.choices.some((choice) => choice.id === chosen?.id)) chosen = several ? null : now.choices[0];
  if (!chosen) {
    matter = null;
    show("choose", { name: now.name });
    return enterprises.show(now.choices);
  }
  if (now.matter?.enterprise === chosen.id) itemScreen(now.matter);
}

function choose(choice) {
  chosen = choice;
  items.only([]);
  look();
}

/** What the chosen one may come for; told anew when the back office orders something meanwhile. */
function itemScreen(told) {
  const before = matter;
  matter = told;
  if (!matter.possible) return trouble(words("say-nothing-possible"), false);
  if (shown === "remind") return before && remindAnew();
  if (matter.items.length === 1) {
    items.only([matter.items[0].code]);
    return remind();
  }
  itemsScreen();
}

function itemsScreen() {
  show("items", { enterprise: chosen.name || businessTitle() });
  items.show(matter);
}

/** What is to be known beforehand; without anything to say the number comes at once. */
function remind() {
  if (alone) return numberAlone();
  const bands = notesOf(matter, items.picked());
  if (!bands.length) return take();
  document.getElementById("notices").replaceChildren(...bands);
  show("remind", { enterprise: chosen.name || businessTitle() });
}

/** The back office ordered something while the person reads: the words change before his eyes. */
function remindAnew() {
  const bands = notesOf(matter, items.picked());
  const lifted = document.getElementById("notice-none").content.cloneNode(true);
  const place = document.getElementById("notices"), fresh = document.createElement("div");
  fresh.replaceChildren(...(bands.length ? bands : [lifted]));
  if (fresh.innerHTML !== place.innerHTML) place.replaceChildren(...fresh.childNodes);
}

async function take() {
  if (busy) return;
  busy = true;
  await send("take", { enterprise: chosen?.id ?? "", items: items.picked() });
  busy = false;
}

function ticketScreen(now) {
  if (now.booked) return bookedScreen(now);
  const ticket = now.ticket;
  if (shown !== "ticket") countdown = large() ? 2 * TICKET : TICKET;
  tellSeconds();
  document.getElementById("ticket-qr").src = ticket.qr;
  document.getElementById("ticket-by-hand").hidden = ticket.identified;
  const place = document.getElementById("ticket-place");
  place.hidden = !ticket.place;
  if (ticket.place) place.querySelector("img").src = ticket.place;
  document.getElementById("ticket-items").hidden = !ticket.items;
  document.getElementById("ticket-priority").hidden = !ticket.priority;
  show("ticket", { ...ticket, business: now.business_title, paper: now.paper.words });
  paper(now.paper);
}

/* ---- another time ---------------------------------------------------------------------------- */

/** Which half hours are free, instead of a number now (改约时间). */
async function anotherTime() {
  if (busy) return;
  busy = true;
  show("book", { name: chosen?.name || businessTitle() });
  await hours.ask(session).catch(look);
  busy = false;
}

async function bookNow() {
  if (busy) return;
  busy = true;
  const mine = session;
  const told = await hours.book(mine, PATIENCE).catch((error) => error);
  busy = false;
  if (mine !== session) return;
  if (!(told instanceof Error)) return render(told);
  if (told.code === "session_over") return home();
  await hours.ask(mine).catch(look); // somebody was quicker: what is still free
  refuse(told.message);
}

function bookedScreen(now) {
  const { booked, paper: told } = now;
  show("booked", { ...booked, business: now.business_title });
  document.getElementById("booked-look").hidden = !booked.qr;
  if (booked.qr) document.getElementById("booked-qr").src = booked.qr;
  for (const state of ["printing", "printed"]) document.getElementById(`booked-${state}`).hidden = told.state !== state;
  document.getElementById("booked-failed").hidden = ["printing", "printed"].includes(told.state);
}

/** A number was refused for today: the words stand until he presses something. */
function refusedNow() {
  return shown === "trouble" && !document.getElementById("book-instead").hidden;
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
  if ("steps" in kiosk.dataset) await steps(mine);
  while (session === mine && shown === "face" && eye) {
    await compareOnce(mine, frame);
    await pause(BETWEEN_PICTURES);
  }
  looking = false;
}

/** The steps before the camera (动作检测); whatever comes of them, the face is compared. */
async function steps(mine) {
  const stopped = () => session !== mine || shown !== "face";
  try {
    for (let again = true; again && !stopped();) {
      const told = await lively({ base, eye, say: advise, data: { session: mine }, stopped });
      if (!told || stopped()) return;
      advise(told.words);
      again = told.again;
      await pause(1800);
    }
    if (!stopped()) await look();
  } catch (error) {
    if (!stopped()) advise(error.message);
  }
}

async function compareOnce(mine, frame) {
  const form = new FormData();
  form.set("session", mine);
  form.set("picture", await eye.picture(), "face.jpg");
  try {
    const told = await post(`${base}compare`, form, 2 * PATIENCE);
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
    if (error.code === "offline") return look(); // says so, and goes on when the line is back
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
  back,
  "go-alone": goAlone,
  "items-alone": itemsAlone,
  next: remind,
  something: () => { items.only([]); remind(); },
  take,
  "another-time": anotherTime,
  "book-now": bookNow,
  "read-again": () => send("read-again"),
  "skip-face": () => send("skip-face"),
  "print-again": () => { countdown = Math.max(countdown, MORE); send("print-again"); },
  "more-time": () => { countdown += MORE; stay(); },
  stay: () => { document.getElementById("still-there").close(); stay(); },
};

/** From the reminders to the items, from the items to the enterprises, from there home. */
function back() {
  if (alone && shown === "items") return show("alone");
  if (shown === "book") return matter?.items.length > 1 ? itemsScreen() : home();
  if (shown === "remind" && matter?.items.length > 1) {
    return itemsScreen();
  }
  if (!several) return home();
  chosen = null;
  look();
}

function stay() {
  idle = asked = 0;
  if (session) post(`${base}stay`, { session }).catch(() => {});
}

document.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-business]");
  if (tile && !session) {
    business = tile.dataset.business;
    if (cut && local.left(business)) return goAlone();
    session = uuid();
    send("begin", { business });
    return;
  }
  const button = event.target.closest("[data-do]");
  if (button) DUTIES[button.dataset.do]();
});
// the other language: the page is loaded anew only when the server has answered, or it would be none
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  if (event.submitter) form.set(event.submitter.name, event.submitter.value);
  const changed = await post(event.target.action, form, PATIENCE).then(() => true, () => false);
  if (changed) return location.reload();
  line(false);
  toast(words("say-lost"), "warn");
});
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { idle = 0; });

/* ---- time ---------------------------------------------------------------------------------- */

let seconds = 0;
function tick() {
  seconds += 1;
  if (seconds % KEEP === 0) local.keep();
  if (shown === "home") {
    if (seconds % HOME_POLL === 0) look();
    return;
  }
  if (shown === "alone-ticket") {
    tellSeconds();
    if (countdown-- <= 0) home();
    return;
  }
  if (shown === "ticket") {
    if (!document.getElementById("paper-printing").hidden) {
      countdown = Math.max(countdown, PRINTING); // nobody leaves before it is out, or said not to be
      if (seconds % PRINTING === 0) look(); // the device may be gone
    }
    tellSeconds();
    if (countdown-- <= 0) home();
    return;
  }
  if (shown === "card") {
    if (seconds % 5 === 0) look(); // the reader's time may be over
    document.getElementById("card-again").hidden = idle < LAID; // a reader finds a lying card once
  }
  if (shown === "trouble" && cut && seconds % 3 === 0) look(); // the line may be back
  const dialog = document.getElementById("still-there");
  if (!dialog.open) {
    idle += 1;
    if (idle >= (large() ? 2 * IDLE : IDLE)) {
      asked = large() ? 2 * ASK : ASK;
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

follow(kiosk.dataset.stream, { ready: look, changed: look }, { resumed: look, gone: look });
setInterval(tick, 1000);
local.keep();
look();
