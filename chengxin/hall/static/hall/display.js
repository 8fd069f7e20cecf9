/* The call display: asks for the calls anew whenever the hall's queue moves, and announces each new
   call twice, one after another; a later call never cuts an earlier one. */

import { follow } from "../web/page.js";

const display = document.getElementById("display");
const BLINKS = 3200; // milliseconds that a new call stands out
const FALL_BACK = 30000; // ask anyway, should the stream be silent
const waiting = []; // sentences to be spoken
let speaking = false;
let last = newest()?.dataset.call;

async function refresh() {
  const answer = await fetch(display.dataset.calls).catch(() => null);
  if (!answer?.ok) return;
  display.innerHTML = await answer.text();
  const call = newest();
  if (!call || call.dataset.call === last) return;
  last = call.dataset.call;
  call.classList.add("new");
  setTimeout(() => call.classList.remove("new"), BLINKS);
  announce(call.dataset.number, call.dataset.window);
}

function newest() {
  return display.querySelector("[data-call]");
}

/** "A012" is read letter by letter: A 零 一 二. */
function announce(number, window) {
  const template = document.getElementById("announcement").innerHTML;
  const sentence = template.replace("{number}", [...number].join(" ")).replace("{window}", window);
  waiting.push(sentence, sentence);
  speakNext();
}

function speakNext() {
  if (speaking || !waiting.length || !("speechSynthesis" in globalThis)) return;
  speaking = true;
  const spoken = new SpeechSynthesisUtterance(waiting.shift());
  spoken.lang = document.documentElement.lang === "en" ? "en" : "zh-CN";
  spoken.rate = 0.9;
  spoken.onend = spoken.onerror = () => {
    speaking = false;
    speakNext();
  };
  speechSynthesis.speak(spoken);
}

follow(display.dataset.stream, { ready: refresh, changed: refresh }, { resumed: refresh });
setInterval(refresh, FALL_BACK);
