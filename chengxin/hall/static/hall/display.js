/* The call display: asks for the calls anew whenever the hall's queue moves.  Every call is shown in
   large and spoken in its order, each until it is said: twice, and once only while others wait. */

import { follow } from "../web/page.js";
import { inOrder, say } from "./speak.js";

const display = document.getElementById("display");
const BLINKS = 3200; // milliseconds that a new call stands out
const STAYS = 4000; // milliseconds that a call is shown in large, at least
const FALL_BACK = 30000; // ask anyway, should the stream be silent
const MANY = 2; // calls that wait: then each is said once
const known = new Set(told().map((one) => one.dataset.spoken)); // called before this page was there
let shown = null; // the call in large while it is spoken: {number, window}

const calls = inOrder(async (call) => {
  shown = call;
  banner();
  const stays = pause(STAYS);
  const sentence = spokenOf(call);
  await say(sentence);
  if (calls.waiting < MANY) await say(sentence);
  await stays;
  if (!calls.waiting) shown = null; // then what the server told as the newest
});

async function refresh() {
  const answer = await fetch(display.dataset.calls).catch(() => null);
  if (!answer?.ok) return;
  put(await answer.text());
  for (const one of told()) {
    if (known.has(one.dataset.spoken)) continue;
    known.add(one.dataset.spoken);
    calls.add({ number: one.dataset.number, window: one.dataset.window });
  }
}

/** The calls of the last minutes as the page was told, oldest first. */
function told() {
  return [...document.querySelectorAll("#display [data-spoken]")];
}

/** Show what the server told; the large line stays while it shows the call that is spoken. */
function put(text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const old = document.getElementById("calls");
  if (!shown || !old?.querySelector(".display-call strong")) return display.replaceChildren(fresh.content);
  [...fresh.content.getElementById("calls").children].forEach((part, place) => {
    if (!part.matches(".display-call")) old.children[place].replaceWith(part);
  });
}

/** Write the call that is to be spoken into the large line. */
function banner() {
  const line = display.querySelector(".display-call");
  const [number, window] = line.querySelectorAll("strong");
  if (!window) return; // nobody is called any more: the line says how one takes a number
  number.textContent = shown.number;
  window.textContent = shown.window;
  line.classList.add("new");
  setTimeout(() => line.classList.remove("new"), BLINKS);
}

/** "A012" is read letter by letter: A 零 一 二. */
function spokenOf({ number, window }) {
  const template = document.getElementById("announcement").innerHTML;
  return template.replace("{number}", [...number].join(" ")).replace("{window}", window);
}

function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

let asking = false, again = false;

/** One question at a time: what moves meanwhile is asked for once more afterwards. */
async function renew() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  do {
    again = false;
    await refresh();
  } while (again);
  asking = false;
}

follow(display.dataset.stream, { ready: renew, changed: renew }, { resumed: renew });
setInterval(renew, FALL_BACK);
