/* 改约时间 at the kiosk: the days with free half hours, one day's half hours, one of them chosen.

     const hours = halfHours(base);
     await hours.ask(session);             the days as they stand now
     await hours.book(session, seconds)    the half hour that was touched; the session as it is then */

import { post } from "../web/page.js";
import { paged } from "./kiosk_lists.js";

export function halfHours(base) {
  const days = document.getElementById("book-days");
  const list = document.getElementById("half-hours");
  const pages = paged(list);
  const confirm = document.getElementById("book-confirm");
  let found = [], at = "";

  async function ask(session) {
    const answer = await fetch(`${base}half-hours?session=${session}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText); // the session is over
    found = (await answer.json()).days;
    days.replaceChildren(...found.map(dayKey));
    document.getElementById("book-none").hidden = found.length > 0;
    choose(found[0]);
  }

  function dayKey(day) {
    const key = document.getElementById("shelf").content.cloneNode(true).firstElementChild;
    key.textContent = day.title;
    key.addEventListener("click", () => choose(day));
    return key;
  }

  function choose(day) {
    for (const [n, key] of [...days.children].entries()) key.setAttribute("aria-pressed", String(found[n] === day));
    pick("");
    pages.show((day?.times ?? []).map(timeKey));
  }

  function timeKey(told) {
    const key = document.getElementById("half-hour").content.cloneNode(true).firstElementChild;
    key.querySelector("[data-fill=time]").textContent = told.time;
    key.dataset.at = told.at;
    key.addEventListener("click", () => pick(told.at));
    return key;
  }

  function pick(told) {
    at = told;
    confirm.disabled = !at;
    for (const key of list.querySelectorAll("[data-at]")) key.setAttribute("aria-pressed", String(key.dataset.at === at));
  }

  /** Book what was touched; the answer's state.  Throws the refusal, as `post` does. */
  function book(session, seconds) {
    return post(`${base}book`, { session, at }, seconds);
  }

  return { ask, book };
}
