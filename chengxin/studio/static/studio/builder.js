// The guided builder is replaced whole when its subject, roles or table are other ones.  What came
// since that was asked is never written over: the answer is dropped and asked for once more.
const frame = document.getElementById("builder-frame");
const filled = () => new URLSearchParams(new FormData(document.getElementById("builder"))).toString();
let asked = "";

frame?.addEventListener("htmx:configRequest", () => { asked = filled(); });
frame?.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "builder" || filled() === asked) return;
  event.detail.shouldSwap = false;
  setTimeout(() => window.htmx.trigger(frame, "again"));
});
