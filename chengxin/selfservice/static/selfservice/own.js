/* One's own pages: the sitting ends by itself, and at a terminal somebody who goes is asked for first.

   `data-seconds` is what the server still gives; `data-ask`, at a terminal, after how many seconds
   without a touch the page asks whether somebody is still there. */

import { post } from "../web/page.js";

const own = document.querySelector("[data-own]");
const leave = document.getElementById("leave");
const dialog = document.getElementById("still-there");
const ASKED = 15; // seconds to answer
const factor = document.documentElement.dataset.size === "elder" ? 2 : 1; // who is slow has longer

let left = Number(own.dataset.seconds);
let idle = 0;
let asked = 0;

function tick() {
  left -= 1;
  if (left <= 0) return leave.submit();
  if (!dialog) return;
  if (dialog.open) {
    document.getElementById("still-countdown").textContent = asked;
    asked -= 1;
    if (asked < 0) leave.submit();
    return;
  }
  idle += 1;
  if (idle < Number(own.dataset.ask) * factor) return;
  asked = ASKED * factor;
  dialog.showModal();
}

async function stay() {
  idle = 0;
  dialog?.close();
  const form = new FormData();
  await post(own.dataset.stay, form).then((told) => { left = told.seconds; }, () => leave.submit());
}

for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { idle = 0; });
document.getElementById("still-here")?.addEventListener("click", stay);
// a page from the browser's memory shows nothing any more
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(tick, 1000);
