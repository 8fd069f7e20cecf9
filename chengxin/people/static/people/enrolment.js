/* 实名采集: looks through the camera and sends one picture; keeps what is typed in a dialog when the
   server refuses it, and says so there.  Everything else the server decides. */

import { refuse, token, words } from "../web/page.js";
import { openEye } from "../hall/camera.js";

const room = document.getElementById("enrol-room");
const LOOK = 1200; // milliseconds that the person is given to look into the camera

let eye = null;

async function face() {
  if (eye) return;
  const video = document.getElementById("camera"), canvas = document.getElementById("frame");
  const say = document.getElementById("face-words");
  try {
    eye = await openEye(video, canvas, drawnFace);
  } catch {
    say.textContent = words("say-no-camera");
    return;
  }
  document.getElementById("live").hidden = true;
  say.textContent = words("say-taking");
  try {
    await new Promise((done) => { setTimeout(done, LOOK); });
    const form = new FormData();
    form.set("picture", await eye.picture(), "face.jpg");
    const answer = await fetch(room.dataset.face, { method: "POST", body: form, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
    const html = await answer.text();
    if (answer.ok) {
      refuse("");
      htmx.swap("#enrolment", html, { swapStyle: "outerHTML" });
      return;
    }
    const told = document.createElement("div");
    told.innerHTML = html;
    say.textContent = told.querySelector(".refusal p")?.textContent ?? answer.statusText;
    document.getElementById("live").hidden = false;
  } finally {
    eye.close();
    eye = null;
  }
}

function drawnFace() {
  const path = room.dataset.demoFace;
  return path ? `${path}${room.dataset.drawn || "honest"}.jpg` : "";
}

/** The keyboard stays where it was when the sheet is replaced. */
let held = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const focus = document.activeElement;
  held = event.detail.target.id === "enrolment" ? focus?.id || focus?.dataset?.testid : null;
});
document.addEventListener("htmx:afterSettle", () => {
  const again = held && (document.getElementById(held) ?? document.querySelector(`[data-testid="${held}"]`));
  if (again && !document.querySelector("dialog[open]")) again.focus({ preventScroll: true });
  held = null;
});

/** A refusal belongs into the dialog that asked. */
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.querySelector("dialog[open]");
  const told = document.querySelector("#notice .refusal p"), place = dialog?.querySelector("[data-refusal]");
  if (event.detail.target?.id !== "notice" || !told || !place) return;
  place.textContent = told.textContent;
  place.hidden = false;
  refuse("");
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-do=face]")) face();
});
