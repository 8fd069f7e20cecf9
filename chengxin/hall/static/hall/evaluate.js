/* The citizen's screen: follows its window, keeps still under a finger, and asks for a reason where
   the grade is bad.  What may be graded the server decides. */

import { follow, token } from "../web/page.js";

const place = document.getElementById("evaluate");
const ASK = 15000; // milliseconds: what the stream did not say is asked for; also the sign of life
const THANKS = 8500; // milliseconds that thanks stand
const HANDS_OFF = 300; // milliseconds until it is asked again whether the finger is gone
let pressed = false;

addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { pressed = false; }, true);

function screen() {
  return document.getElementById("screen");
}

async function refresh() {
  const answer = await fetch(place.dataset.now, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status === 409) return location.reload(); // paired with no window any more
  if (!answer?.ok) return;
  const next = document.createElement("div");
  next.innerHTML = await answer.text();
  if (next.firstElementChild?.dataset.key === screen().dataset.key) return; // a half-made choice stays
  if (pressed) return void setTimeout(refresh, HANDS_OFF);
  place.replaceChildren(...next.children);
  htmx.process(place);
  arrived();
}

function arrived() {
  const { state } = screen().dataset;
  if (state === "thanks") setTimeout(refresh, THANKS);
  if (state === "idle" && document.documentElement.lang === "en") inChinese(); // the next one begins anew
}

async function inChinese() {
  const form = new FormData();
  form.set("language", "zh-hans");
  await fetch(place.dataset.language, { method: "POST", body: form, headers: { "X-CSRFToken": token() } }).catch(() => null);
  location.reload();
}

/** A bad grade asks what it is about first. */
function askWhy(button) {
  document.getElementById("bad-grade").value = button.dataset.bad;
  document.querySelector("[data-fill=grade]").textContent = button.dataset.title;
  turn(true);
  document.querySelector("#complaints input[type=checkbox]").focus();
}

function turn(toComplaints) {
  document.getElementById("complaints").hidden = !toComplaints;
  document.getElementById("grades").hidden = toComplaints;
}

document.addEventListener("click", (event) => {
  const bad = event.target.closest("[data-bad]");
  if (bad) askWhy(bad);
  if (event.target.closest("[data-back-to-grades]")) {
    turn(false);
    document.querySelector(".grade").focus();
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "notice") setTimeout(refresh, THANKS);
  else arrived();
});

follow(place.dataset.stream, { ready: refresh, changed: refresh }, { resumed: refresh });
setInterval(refresh, ASK);
arrived();
