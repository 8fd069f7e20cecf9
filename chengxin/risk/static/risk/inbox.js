/* The inbox follows its stream: what the night or a colleague changed is on the page at once. */

import { follow, toast, words } from "../web/page.js";

const GATHER = 600; // milliseconds: a night tells many changes at once, the page asks but once

let timer;

function refresh() {
  const inbox = document.getElementById("inbox");
  htmx.ajax("GET", inbox.dataset.list, { target: "#inbox", swap: "outerHTML" });
}

function onChange() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    refresh();
    toast(words("say-news"));
  }, GATHER);
}

follow(document.getElementById("inbox").dataset.stream, { ready: refresh, changed: onChange }, { resumed: refresh });
