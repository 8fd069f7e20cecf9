/* The kiosk's voice: one short sentence a step, from files; off, low or full by one button, which
   also says it once more.  Large letters turn it on, and it speaks slower then.  Without files
   there is no button, and whatever fails is silence: words always stand on the screen. */

const VOLUMES = [0, 0.4, 1]; // off, low, full
const SLOW = 0.82;

export function voice() {
  const button = document.getElementById("voice");
  const base = button?.dataset.voice;
  let volume = 0, step = "home", playing = null;

  function say(name) {
    step = name;
    if (!base) return;
    playing?.pause();
    if (!volume) return;
    playing = new Audio(`${base}${name}`);
    playing.volume = VOLUMES[volume];
    playing.playbackRate = document.documentElement.dataset.size === "elder" ? SLOW : 1;
    playing.play().catch(() => {});
  }

  function set(to) {
    volume = to;
    if (!base) return;
    for (const place of button.querySelectorAll("[data-volume]")) place.hidden = Number(place.dataset.volume) !== volume;
    button.setAttribute("aria-pressed", String(volume > 0));
    if (!volume) playing?.pause();
  }

  button?.addEventListener("click", () => {
    set((volume + 1) % VOLUMES.length);
    say(step);
  });
  document.addEventListener("click", (event) => {
    const elder = event.target.closest("[data-elder]");
    if (!elder) return;
    set(elder.getAttribute("aria-pressed") === "true" ? VOLUMES.length - 1 : 0);
    say(step);
  });
  set(document.documentElement.dataset.size === "elder" ? VOLUMES.length - 1 : 0);
  return { say, hush: () => set(0) };
}
