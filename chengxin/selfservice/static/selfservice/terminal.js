/* A self-service terminal's start: card, then face, else a code; then into one's own pages.

   Card and face are the kiosk's (hall/kiosk.js asks the same addresses); the page makes the
   session's id, so that whatever a lost line sends twice is done once. */

import { elder, follow, post, uuid, words } from "../web/page.js";
import { openEye } from "../hall/camera.js";
import { lively } from "../hall/liveness.js";
import { keypad } from "./keys.js";

const page = document.getElementById("terminal");
const { base, kiosk } = page.dataset;
const IDLE = 60, HOME_POLL = 15; // seconds
const PATIENCE = 10; // seconds for an answer
const BETWEEN_PICTURES = 900; // milliseconds

let session = "", shown = "home", eye = null, looking = false, opening = false, idle = 0, seconds = 0;
const digits = document.getElementById("digits");

function show(name, values = {}) {
  const changed = name !== shown;
  for (const screen of page.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== name;
  for (const [place, value] of Object.entries(values)) {
    for (const one of document.querySelectorAll(`#screen-${name} [data-fill="${place}"]`)) one.textContent = value;
  }
  shown = name;
  if (!changed) return;
  idle = 0;
  document.querySelector(`#screen-${name} h1`).focus({ preventScroll: true });
  if (name !== "face") closeEye();
}

function home() {
  const was = session;
  session = "";
  opening = false;
  digits.value = "";
  show("home");
  if (was) post(`${kiosk}end`, { session: was }).catch(() => {});
  elder(false);
  look();
}

function trouble(sentence, number = false) {
  show("trouble", { words: sentence });
  document.getElementById("take-number").hidden = !number;
}

/** He was not let in: a number for the window instead. */
async function takeNumber() {
  const mine = session;
  try {
    const told = await post(`${base}number`, { session: mine }, PATIENCE);
    if (mine !== session) return;
    session = ""; // it is over by that; what is on the screen stays until he goes
    trouble(told.words);
  } catch (error) {
    if (mine === session) failed(error);
  }
}

function failed(error) {
  if (error.code === "session_over") return home();
  if (error.code === "wrong_state") return look();
  trouble(error.code === "offline" ? words("link-lost-words") : error.message);
}

/** Send `data` for this session and show what came of it. */
async function send(address, data = {}) {
  const mine = session;
  try {
    const told = await post(address, { session: mine, ...data }, PATIENCE);
    if (mine === session) render(told);
  } catch (error) {
    if (mine === session) failed(error);
  }
}

async function look() {
  const mine = session;
  const answer = await fetch(`${kiosk}state?session=${mine}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok && mine === session) render(await answer.json());
}

function render(told) {
  document.getElementById("reader-gone").hidden = told.device.reader;
  page.dataset.face = told.device.face;
  if (!session) return;
  const now = told.session;
  if (!now) return told.over && !opening ? home() : undefined;
  if (now.state === "card") {
    show("card", { trouble: now.trouble });
    document.getElementById("card-trouble").hidden = !now.trouble;
    document.getElementById("read-again").hidden = !now.trouble;
  } else if (now.state === "face") {
    show("face", { name: now.name });
    if (!looking) lookAtFace();
  } else if (shown !== "code" && shown !== "trouble") {
    goIn();
  }
}

/** Past the face: in, or by a code, or to a window. */
async function goIn() {
  if (opening) return;
  opening = true;
  try {
    const told = await post(`${base}open`, { session }, PATIENCE);
    if (told.to) return location.assign(told.to);
    if (told.code) show("code");
    else trouble(words("say-no-way"), true);
  } catch (error) {
    if (error.code === "self_shut") trouble(error.message, true);
    else failed(error);
  }
  opening = false;
}

/* ---- the face ------------------------------------------------------------------------------ */

async function lookAtFace() {
  looking = true;
  const mine = session;
  const stopped = () => session !== mine || shown !== "face";
  say(words("say-look"));
  try {
    eye ??= await openEye(document.getElementById("camera"), document.getElementById("frame"), demoFace);
  } catch {
    say(words("say-no-camera"));
    document.getElementById("skip-face").classList.add("btn-primary");
    looking = false;
    return;
  }
  await pause(BETWEEN_PICTURES);
  if ("steps" in page.dataset) await steps(mine, stopped);
  while (!stopped() && eye) {
    await compareOnce(mine);
    await pause(BETWEEN_PICTURES);
  }
  looking = false;
}

async function steps(mine, stopped) {
  try {
    for (let again = true; again && !stopped();) {
      const told = await lively({ base: kiosk, eye, say, data: { session: mine }, stopped });
      if (!told || stopped()) return;
      say(told.words);
      again = told.again;
      await pause(1800);
    }
    if (!stopped()) await look();
  } catch (error) {
    if (!stopped()) say(error.message);
  }
}

async function compareOnce(mine) {
  const form = new FormData();
  form.set("session", mine);
  form.set("picture", await eye.picture(), "face.jpg");
  try {
    const told = await post(`${kiosk}compare`, form, 2 * PATIENCE);
    if (mine !== session) return;
    say(words(told.session?.identified ? "say-matched" : "say-not-matched"));
    await pause(900);
    if (mine === session) render(told);
  } catch (error) {
    if (mine !== session) return;
    if (error.code === "session_over" || error.code === "wrong_state") return failed(error);
    say(error.message);
    if (error.code === "face_refused") document.getElementById("skip-face").classList.add("btn-primary");
  }
}

function say(sentence) {
  document.getElementById("face-advice").textContent = sentence;
}

function demoFace() {
  const path = page.dataset.demoFace;
  return path && page.dataset.face ? `${path}${page.dataset.face}.jpg` : "";
}

function closeEye() {
  eye?.close();
  eye = null;
}

/* ---- the code ------------------------------------------------------------------------------ */

async function sendCode() {
  await tell(post(`${base}code`, { session }, PATIENCE), () => words("say-sent"));
}

async function prove() {
  await tell(post(`${base}prove`, { session, digits: digits.value }, PATIENCE), (told) => {
    location.assign(told.to);
    return words("say-matched");
  });
}

async function tell(answer, done) {
  const place = document.getElementById("code-advice");
  try {
    place.textContent = done(await answer);
  } catch (error) {
    digits.value = "";
    if (error.code === "session_over") return home();
    place.textContent = error.code === "offline" ? words("link-lost-words") : error.message;
  }
}

keypad(document.getElementById("keys"), words("say-delete"), () => digits);
addEventListener("keydown", (event) => {
  if (shown === "code" && /^\d$/.test(event.key)) digits.value = (digits.value + event.key).slice(0, 6);
});

/* ---- what the person presses, and time ------------------------------------------------------ */

const DUTIES = {
  home,
  begin: () => { session = uuid(); send(`${base}begin`); },
  "read-again": () => send(`${kiosk}read-again`),
  "skip-face": () => send(`${kiosk}skip-face`),
  "send-code": sendCode,
  prove,
  "take-number": takeNumber,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DUTIES[button.dataset.do]();
});
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { idle = 0; });

function tick() {
  seconds += 1;
  if (shown === "home") {
    if (seconds % HOME_POLL === 0) look();
    return;
  }
  if (shown === "card" && seconds % 5 === 0) look(); // the reader's time may be over
  if (shown === "code" && idle % 30 === 29) post(`${kiosk}stay`, { session }).catch(() => {});
  idle += 1;
  if (idle >= (document.documentElement.dataset.size === "elder" ? 2 * IDLE : IDLE)) home();
}

function pause(milliseconds) {
  return new Promise((done) => { setTimeout(done, milliseconds); });
}

follow(page.dataset.stream, { ready: look, changed: look }, { resumed: look, gone: () => {} });
setInterval(tick, 1000);
look();
