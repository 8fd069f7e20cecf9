/* Numbers for when the line is cut.

   While the line stands the server gives this page a range of numbers of its own for the day.  When
   it is cut the page gives them itself, one after another, and keeps in the browser's own database
   which it gave, when and for what; never anything about a person.  When the line is back it tells
   of each until the server has it; told twice, a number is still one ticket. */

import { post } from "../web/page.js";

const DATABASE = "chengxin-kiosk", ZONE = "Asia/Shanghai"; // the hall's day, whatever the PC believes
const PATIENCE = 10; // seconds for an answer

export function localNumbers(base) {
  const opened = open().catch(() => null); // without a database the kiosk only says where to go
  let held = null; // the block of today, as kept

  /** Ask for today's numbers, when none are kept. */
  async function prepare() {
    const database = await opened;
    if (!database) return;
    held ??= await asked(database.transaction("block").objectStore("block").get(base));
    if (held?.day === today()) return;
    if (held && (await all(database)).length) return; // yesterday's are told of first
    const secret = held?.secret ?? random();
    const told = await post(`${base}block`, { secret }, PATIENCE).catch(() => null);
    if (!told) return;
    held = { device: base, secret, ...told, given: {} };
    const change = database.transaction("block", "readwrite");
    change.objectStore("block").put(held);
    await ended(change);
  }

  /** How many numbers are left today for a business. */
  function left(business) {
    if (!held || held.day !== today() || !held.prefixes[business]) return 0;
    return held.size - (held.given[business] ?? 0);
  }

  /** The next number, kept before it is shown; null when there is none. */
  async function give(business, items) {
    const database = await opened;
    if (!database || !left(business)) return null;
    const change = database.transaction(["block", "given"], "readwrite");
    const kept = await asked(change.objectStore("block").get(base));
    const count = (kept.given[business] ?? 0) + 1;
    if (count > kept.size) return null;
    kept.given[business] = count;
    const number = `${kept.prefixes[business]}${kept.letter}${String(count).padStart(2, "0")}`;
    change.objectStore("block").put(kept);
    change.objectStore("given").put({ key: `${kept.day} ${number}`, device: base, day: kept.day, number, items, at: Date.now() });
    await ended(change);
    held = kept;
    return number;
  }

  /** Tell the server of what was given; what it has is kept no longer. */
  async function settle() {
    const database = await opened;
    if (!database || !held) return;
    const given = await all(database);
    for (const day of new Set(given.map((one) => one.day))) {
      const now = Date.now(), ofDay = given.filter((one) => one.day === day);
      const numbers = ofDay.map(({ number, items, at }) => ({ number, items, ago: Math.max(0, (now - at) / 1000) }));
      const told = await post(`${base}settle`, { secret: held.secret, day, given: numbers }, PATIENCE).catch(() => null);
      if (!told) return;
      const done = new Set([...told.valid, ...told.void]);
      const change = database.transaction("given", "readwrite");
      for (const one of ofDay) if (done.has(one.number)) change.objectStore("given").delete(one.key);
      await ended(change);
    }
  }

  async function all(database) {
    const given = await asked(database.transaction("given").objectStore("given").getAll());
    return given.filter((one) => one.device === base);
  }

  /** Settle what is open and have numbers for today: whenever the line stands. */
  let busy = false;
  async function keep() {
    if (busy) return;
    busy = true;
    try {
      const database = await opened;
      if (database) held ??= await asked(database.transaction("block").objectStore("block").get(base));
      await settle();
      await prepare();
    } catch {
      // the database failed: what it kept is told of at the next turn
    } finally {
      busy = false;
    }
  }

  return { keep, left, give };
}

function open() {
  return new Promise((done, fail) => {
    const asking = indexedDB.open(DATABASE, 1);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore("block", { keyPath: "device" });
      asking.result.createObjectStore("given", { keyPath: "key" });
    };
    asking.onsuccess = () => done(asking.result);
    asking.onerror = () => fail(asking.error);
    asking.onblocked = () => fail(new Error("blocked"));
  });
}

function asked(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

function ended(change) {
  return new Promise((done, fail) => {
    change.oncomplete = done;
    change.onabort = () => fail(change.error);
  });
}

function today() {
  return new Date().toLocaleDateString("sv-SE", { timeZone: ZONE }); // 2026-11-27
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
