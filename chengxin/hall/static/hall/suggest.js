/* 名单比对: takes one picture of who stands there and shows whom of a list he looks like. */

import { refuse, words } from "../web/page.js";
import { openEye } from "./camera.js";
import { sendPicture } from "./look.js";

const room = document.getElementById("suggest");
const form = document.getElementById("suggest-form");
const say = document.getElementById("suggest-words");
const LOOK = 800; // milliseconds that the person is given to look into the camera
let eye = null, live = "";

async function open() {
  try {
    eye = await openEye(document.getElementById("camera"), document.getElementById("frame"), drawn);
  } catch {
    say.textContent = words("say-no-camera");
    form.querySelector("button").disabled = true;
  }
}

function drawn() {
  const path = room.dataset.demoFace;
  return path ? `${path}honest.jpg` : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!eye) return;
  refuse("");
  const button = form.querySelector("button");
  button.disabled = true;
  say.textContent = words("say-taking");
  await new Promise((done) => { setTimeout(done, LOOK); });
  try {
    const picture = await eye.picture();
    const { html, refused } = await sendPicture(room.dataset.search, picture, Object.fromEntries(new FormData(form)));
    if (html) show(html, picture);
    else decline(refused);
  } finally {
    button.disabled = false;
  }
});

function show(html, picture) {
  URL.revokeObjectURL(live);
  live = URL.createObjectURL(picture);
  const place = document.getElementById("suggested");
  place.innerHTML = html;
  for (const image of place.querySelectorAll("[data-live]")) image.src = live;
  say.textContent = words("say-shown");
}

function decline(sentence) {
  say.textContent = sentence;
  refuse(sentence);
}

addEventListener("pagehide", () => { eye?.close(); URL.revokeObjectURL(live); });
open();
