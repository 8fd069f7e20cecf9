/* 自助采集 at a terminal: each form is one step; a no is said beside it and nothing typed is lost. */

import { post, words } from "../web/page.js";
import { keypad } from "./keys.js";

const place = document.getElementById("keys");
const phone = document.getElementById("phone");
const digits = document.getElementById("digits");
let active = phone;

if (place) keypad(place, words("say-delete"), () => active);
for (const input of [phone, digits]) input?.addEventListener("focus", () => { active = input; });

async function step(form, button) {
  const said = form.querySelector("[role=status]");
  const data = new FormData(form);
  button.disabled = true;
  try {
    const told = await post(button.dataset.to ?? form.action, data);
    if (told.to) return location.assign(told.to);
    said.textContent = told.words;
    active = digits;
    digits.focus();
  } catch (error) {
    if (error.code === "session_over") return location.reload();
    said.textContent = error.message;
    if (form.contains(digits)) digits.value = "";
  }
  button.disabled = false;
}

for (const form of document.querySelectorAll("form[data-step]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    step(form, event.submitter ?? form.querySelector("button"));
  });
}
