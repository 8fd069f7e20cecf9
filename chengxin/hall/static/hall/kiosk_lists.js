/* The kiosk's two lists: for which enterprise, and for which items.  Long lists are leafed through
   with two buttons, as many lines a page as fit the screen; forty enterprises are found by the
   first letters of their names, on the letter keys of the screen or on a keyboard. */

import { words } from "../web/page.js";

const MANY = 6; // enterprises, from which on letters are offered
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const AT_ONCE = 6; // items of one visit (hall.matters)
const POPULAR_LARGE = 4; // popular items on the first page in large letters
const POPULAR = "popular"; // the first shelf

/** Several words as one phrase: 甲、乙 or A, B. */
export function listed(names) {
  return names.join(document.documentElement.lang === "en" ? ", " : "、");
}

/* ---- leafing ------------------------------------------------------------------------------- */

/** A list that shows as many of its lines as fit, and two buttons for the rest. */
export function paged(list) {
  const pager = document.getElementById(`${list.id}-pager`);
  let lines = [], at = 0, size = 1;

  function show(newLines) {
    if (newLines) [lines, at] = [newLines, 0];
    pager.hidden = true;
    put(0, lines.length);
    size = lines.length;
    while (size > 1 && overflows()) {
      size -= 1;
      pager.hidden = false;
      put(0, size);
    }
    at = Math.min(at, Math.floor(Math.max(0, lines.length - 1) / size));
    turn(0);
  }

  function turn(by) {
    const pages = Math.max(1, Math.ceil(lines.length / size));
    at = Math.min(Math.max(0, at + by), pages - 1);
    put(at * size, size);
    pager.querySelector(".pager-at").textContent = `${at + 1} / ${pages}`;
    for (const button of pager.querySelectorAll("[data-page]")) {
      button.disabled = button.dataset.page < 0 ? at === 0 : at === pages - 1;
    }
  }

  function put(from, count) {
    list.replaceChildren(...lines.slice(from, from + count));
  }

  pager.addEventListener("click", (event) => {
    const button = event.target.closest("[data-page]");
    if (button) turn(Number(button.dataset.page));
  });
  onResize(() => { if (list.getClientRects().length) show(); });
  // arrow keys go from line to line, and on to the next page
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const shown = [...list.children], next = shown[shown.indexOf(document.activeElement) + by];
    if (next) return next.focus();
    const onto = at + by;
    if (onto < 0 || onto * size >= lines.length) return;
    turn(by);
    list[by > 0 ? "firstElementChild" : "lastElementChild"].focus();
  });
  return { show };
}

/** When the screen turns or its letters grow, as many lines as fit now. */
function onResize(fit) {
  addEventListener("resize", fit);
  new MutationObserver(fit).observe(document.documentElement, { attributeFilter: ["data-size"] });
}

/** Whether the step needs more room than the screen has. */
function overflows() {
  const main = document.getElementById("main");
  return main.scrollHeight > main.clientHeight + 1;
}

/* ---- enterprises --------------------------------------------------------------------------- */

/** The list of enterprises; `choose` is called with the one that was touched. */
export function enterpriseList(choose) {
  const list = document.getElementById("choices");
  const pages = paged(list);
  const finder = document.getElementById("finder");
  const typed = document.getElementById("finder-text");
  const keys = document.getElementById("finder-keys");
  const count = document.getElementById("finder-count");
  const found = document.getElementById("say-found");
  let all = [], told = "";

  for (const letter of LETTERS) keys.append(key(letter, letter, () => type(typed.value + letter)));
  keys.append(
    key("⌫", words("say-erase"), () => type(typed.value.slice(0, -1))),
    key(words("say-clear"), words("say-clear"), () => type("")),
  );

  function key(text, label, press) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn finder-key", textContent: text });
    button.setAttribute("aria-label", label);
    if (LETTERS.includes(text)) button.dataset.letter = text;
    button.addEventListener("click", press);
    return button;
  }

  function show(choices) {
    const now = JSON.stringify(choices);
    if (now === told) return;
    told = now;
    all = choices.map((choice) => ({ choice, line: line(choice) }));
    finder.hidden = all.length <= MANY;
    document.getElementById("choose-parts").classList.toggle("many", !finder.hidden);
    type("");
  }

  function line(choice) {
    const row = document.getElementById("choice").content.cloneNode(true).firstElementChild;
    row.querySelector("[data-fill=enterprise]").textContent = choice.name || words("say-himself");
    row.querySelector("[data-fill=roles]").textContent = [choice.roles, choice.code && `…${choice.code}`].filter(Boolean).join("　");
    row.querySelector(".used").hidden = !choice.used;
    const tag = row.querySelector("[data-fill=status]");
    tag.textContent = choice.status;
    tag.classList.add(choice.normal ? "tag-ok" : "tag-warn");
    tag.hidden = !choice.status;
    row.dataset.enterprise = choice.id;
    row.addEventListener("click", () => choose(choice));
    return row;
  }

  function type(text) {
    typed.value = text.slice(0, 20);
    const asked = text.trim().toUpperCase();
    const fit = all.filter(({ choice }) => fits(choice, asked));
    pages.show(fit.map((one) => one.line));
    found.querySelector("[data-all]").textContent = all.length;
    found.querySelector("[data-found]").textContent = fit.length;
    count.textContent = found.textContent;
    const next = following(fit.map((one) => one.choice), asked);
    for (const button of keys.querySelectorAll("[data-letter]")) button.disabled = !next.has(button.dataset.letter);
    if (document.activeElement?.disabled) typed.focus();
  }

  typed.addEventListener("input", () => type(typed.value));
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && list.children.length === 1) list.firstElementChild.click();
  });
  addEventListener("keydown", (event) => {
    if (finder.hidden || !list.getClientRects().length || event.target === typed) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[a-z0-9]$/i.test(event.key)) type(typed.value + event.key.toUpperCase());
    else if (event.key === "Backspace") type(typed.value.slice(0, -1));
  });
  /** The next person sees nothing of this one. */
  function clear() {
    [all, told] = [[], ""];
    pages.show([]);
  }

  return { show, clear };
}

function fits(choice, asked) {
  if (!asked) return true;
  return choice.initials.includes(asked) || choice.name.toUpperCase().includes(asked) || choice.code.includes(asked);
}

/** The letters that may come after what was typed, for any of these enterprises. */
function following(choices, asked) {
  const next = new Set();
  for (const { initials } of choices) {
    for (let at = 0; at + asked.length < initials.length; at += 1) {
      if (initials.startsWith(asked, at)) next.add(initials[at + asked.length]);
    }
  }
  return next;
}

/* ---- items --------------------------------------------------------------------------------- */

/** The shelves of items; several may be picked for one visit. */
export function itemList() {
  const list = document.getElementById("items");
  const pages = paged(list);
  const shelves = document.getElementById("shelves");
  const titles = JSON.parse(document.getElementById("shelf-titles").textContent);
  const picked = new Set();
  let items = [], popular = [], at = POPULAR, told = "";

  function show(matter) {
    const now = JSON.stringify([matter.items, matter.popular]);
    if (now === told) return;
    told = now;
    ({ items, popular } = matter);
    for (const code of [...picked]) if (!items.some((item) => item.code === code)) picked.delete(code);
    const held = titles.filter((shelf) => items.some((item) => item.shelf === shelf.code));
    shelves.hidden = items.length <= AT_ONCE;
    shelves.replaceChildren(...[{ code: POPULAR, title: words("say-popular") }, ...held].map(tab));
    open(popular.length && !shelves.hidden ? at : "");
  }

  function tab(shelf) {
    const button = document.getElementById("shelf").content.cloneNode(true).firstElementChild;
    button.textContent = shelf.title;
    button.dataset.shelf = shelf.code;
    button.addEventListener("click", () => open(shelf.code));
    return button;
  }

  function open(code) {
    at = code;
    for (const button of shelves.children) button.setAttribute("aria-pressed", String(button.dataset.shelf === code));
    pages.show(on(code).map(tile));
    say();
  }

  function on(code) {
    if (!code) return items;
    if (code !== POPULAR) return items.filter((item) => item.shelf === code);
    const first = document.documentElement.dataset.size === "elder" ? POPULAR_LARGE : popular.length;
    return popular.slice(0, first).map((one) => items.find((item) => item.code === one)).filter(Boolean);
  }

  function tile(item) {
    const button = document.getElementById("item").content.cloneNode(true).firstElementChild;
    button.querySelector("[data-fill=title]").textContent = item.title;
    button.dataset.item = item.code;
    button.dataset.testid = `pick-${item.code}`;
    button.setAttribute("aria-pressed", String(picked.has(item.code)));
    const against = (item.notes ?? []).find((note) => STANDS.includes(note.kind));
    const stands = button.querySelector(".stands");
    stands.hidden = !against;
    if (against) {
      stands.textContent = words(`say-${against.kind}`);
      stands.dataset.kind = against.kind;
    }
    button.addEventListener("click", () => pick(item.code, button));
    return button;
  }

  function pick(code, button) {
    if (picked.has(code)) picked.delete(code);
    else if (picked.size < AT_ONCE) picked.add(code);
    else return say(words("say-many"));
    button.setAttribute("aria-pressed", String(picked.has(code)));
    say();
  }

  function say(text = "") {
    const names = items.filter((item) => picked.has(item.code)).map((item) => item.title);
    document.getElementById("picked").textContent = text || (names.length ? `${words("say-picked")} ${listed(names)}` : "");
    document.getElementById("items-next").disabled = !picked.size;
  }

  onResize(() => { if (list.getClientRects().length) open(at); });
  return {
    show,
    picked: () => [...picked],
    only(codes) {
      picked.clear();
      codes.forEach((code) => picked.add(code));
      told = "";
      at = POPULAR;
    },
  };
}

const STANDS = ["refused", "legal_rep", "approval", "legal_rep_approval"]; // told on the item itself

/* ---- what to know beforehand --------------------------------------------------------------- */

const BAND = { refused: "block", legal_rep: "legal_rep", legal_rep_approval: "legal_rep", approval: "approval", lacking: "approval" };

const PAPERS = { bring: "say-bring", held: "say-held" };

/** The bands of what to know about the picked items; of the whole business when none was picked. */
export function notesOf(matter, picked) {
  const own = matter.items.filter((item) => picked.includes(item.code)).flatMap(notes);
  const reminders = matter.reminders.map((text) => band("remind", "say-reminder", [text]));
  return [...(picked.length ? own : matter.notices.map(notice)), ...reminders];
}

function notes(item) {
  if (!item.notes.length) return [];
  const first = item.notes[0];
  const stands = first.kind in PAPERS ? "" : words(`say-${first.kind}`);
  const made = titled(BAND[first.kind] ?? "remind", item.title, stands, []);
  for (const note of item.notes) {
    const told = Object.assign(document.createElement("p"), { textContent: note.words });
    if (note.kind in PAPERS) told.prepend(Object.assign(document.createElement("b"), { textContent: words(PAPERS[note.kind]) }), " ");
    made.append(told);
  }
  return [made];
}

function notice({ decision, titles }) {
  const made = document.getElementById(`notice-${decision}`).content.cloneNode(true).firstElementChild;
  made.querySelector("[data-fill=titles]").textContent = titles;
  return made;
}

function band(kind, title, lines) {
  return titled(kind, words(title), "", lines);
}

function titled(kind, title, stands, lines) {
  const made = document.getElementById("note").content.cloneNode(true).firstElementChild;
  made.classList.add(`band-${kind}`);
  made.querySelector("[data-fill=title]").textContent = title;
  made.querySelector("[data-fill=stands]").textContent = stands;
  for (const text of lines) made.append(Object.assign(document.createElement("p"), { textContent: text }));
  return made;
}
