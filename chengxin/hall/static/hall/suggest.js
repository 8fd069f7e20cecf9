/* 名单比对: takes one picture of who stands there and shows whom of a list he looks like. */

import { refuse, token, words } from "../web/page.js";
import { openEye } from "./camera.js";

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
    const asked = new FormData(form), picture = await eye.picture();
    asked.set("picture", picture, "face.jpg");
    const answer = await fetch(room.dataset.search, { method: "POST", body: asked, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
    const html = await answer.text();
    if (answer.ok) show(html, picture);
    else refused(html, answer.statusText);
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

function refused(html, otherwise) {
  const told = document.createElement("div");
  told.innerHTML = html;
  const sentence = told.querySelector(".refusal p")?.textContent ?? otherwise;
  say.textContent = sentence;
  refuse(sentence);
}

addEventListener("pagehide", () => { eye?.close(); URL.revokeObjectURL(live); });
open();
