/* The scanner: a keyboard that types a code faster than any hand.

     import { onScan } from "./scanner.js";
     onScan("CX1-", 30, (code) => …);

   From the prefix on nothing reaches the field that has the focus, nor does the line end that the
   scanner sends behind it: an Enter must not press the button that happens to be in focus.  With a
   Chinese input method switched on the key itself is hidden ("Process"), but not its place. */

const BURST = 100; // milliseconds: no hand types a prefix as fast as a scanner
const PAUSE = 1000; // milliseconds that a scanner on a slow line may take within its code
const TAIL = 300; // milliseconds within which the line end belongs to the code before it
const SECOND = 20; // milliseconds within which another one does (CR and LF); then it is a hand's
const TWICE = 2000; // milliseconds within which the same code is the same scan
const HIDDEN = new Set(["Process", "Unidentified", "Dead"]);
const WITHOUT_SIGN = new Set(["Shift", "CapsLock", "Control", "Alt"]);

/** Call `take(code)` for every code of `length` signs that begins with `prefix` (in capitals). */
export function onScan(prefix, length, take, target = globalThis) {
  let typed = "", last = -Infinity, ended = -Infinity, before = "", hidden = false;
  let tail = -Infinity; // until when a line end is the scanner's

  target.addEventListener("keydown", (event) => {
    // the time of the key, not of its turn: a busy page must not lose a code
    const at = event.timeStamp;
    if ((event.key === "Enter" || event.key === "Tab") && at < tail) {
      tail = at + SECOND;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (at - last > (typed.includes(prefix) ? PAUSE : BURST)) [typed, hidden] = ["", false];
    if (WITHOUT_SIGN.has(event.key)) return;
    last = at;
    const sign = signOf(event);
    hidden ||= HIDDEN.has(event.key) || event.isComposing;
    typed = sign ? (typed + sign).slice(-2 * length) : "";
    const start = typed.lastIndexOf(prefix);
    if (start < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const code = typed.slice(start, start + length);
    if (code.length < length) return;
    typed = "";
    clear(event.target, prefix, hidden);
    const again = code === before && at - ended < TWICE;
    [before, ended, tail] = [code, at, at + TAIL];
    if (!again) take(code);
  }, true);
}

/** The sign of a key in capitals; "" for a key that types none. */
function signOf(event) {
  if (!HIDDEN.has(event.key) && !event.isComposing) {
    const plain = event.key.normalize("NFKC"); // full width, as an input method may type it
    return plain.length === 1 ? plain.toUpperCase() : "";
  }
  const { code } = event;
  if (/^(Key|Digit)/.test(code)) return code.slice(-1);
  if (/^Numpad[0-9]$/.test(code)) return code.slice(-1);
  return code === "Minus" || code === "NumpadSubtract" ? "-" : "";
}

/** What was typed before it was known as a code: the prefix but its last sign.  An input method
    holds its signs back: taking the focus away gives them up. */
function clear(field, prefix, hidden) {
  if (typeof field?.value !== "string") return;
  const stray = prefix.slice(0, -1);
  const tidy = () => {
    if (!field.value.normalize("NFKC").toUpperCase().endsWith(stray)) return;
    field.value = field.value.slice(0, -stray.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (hidden) {
    field.blur();
    setTimeout(() => { tidy(); field.focus({ preventScroll: true }); }, 0);
  } else tidy();
}
