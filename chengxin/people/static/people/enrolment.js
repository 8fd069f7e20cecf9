/* 实名采集: looks through the camera and sends one picture; keeps what is typed in a dialog when the
   server refuses it, and says so there.  Everything else the server decides. */

import { refuse } from "../web/page.js";
import { lookAndSend } from "../hall/look.js";

const room = document.getElementById("enrol-room");

async function face() {
  const { html } = await lookAndSend(room.dataset.face, { drawn: drawnFace });
  if (!html) return;
  refuse("");
  htmx.swap("#enrolment", html, { swapStyle: "outerHTML" });
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
