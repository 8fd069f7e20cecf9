/* Spoken calls, one after the other: a sentence that has begun is never cut, and a later one waits.
   The browser's own voice says them, where it has one. */

const AT_MOST = 15000; // milliseconds after which a voice that never says that it ended has ended

/** Say `sentence` in the page's language; resolves when it is said, or at once without a voice. */
export function say(sentence) {
  const voice = globalThis.speechSynthesis;
  if (!voice || !voice.getVoices().length) return Promise.resolve(false);
  return new Promise((resolve) => {
    const spoken = new SpeechSynthesisUtterance(sentence);
    spoken.lang = document.documentElement.lang === "en" ? "en" : "zh-CN";
    spoken.rate = 0.9;
    const timer = setTimeout(() => resolve(false), AT_MOST);
    spoken.onend = spoken.onerror = () => {
      clearTimeout(timer);
      resolve(true);
    };
    voice.speak(spoken);
  });
}

/**
 * A queue of things that are shown and said in their order: `show(thing)` is awaited before the
 * next.  `waiting` tells how many are still to come.
 */
export function inOrder(show) {
  const things = [];
  let running = false;
  async function run() {
    running = true;
    while (things.length) await show(things.shift());
    running = false;
  }
  return {
    add(thing) {
      things.push(thing);
      if (!running) run();
    },
    get waiting() {
      return things.length;
    },
  };
}
