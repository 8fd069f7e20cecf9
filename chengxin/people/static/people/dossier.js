/* A number that was shown whole goes away when its time is over; a page is printed when its watermark has
   come; the time line shows one kind or
   one year. */

document.addEventListener("htmx:afterSwap", () => {
  const mark = document.querySelector("#watermark[data-printed]:not([data-done])");
  if (mark) {
    mark.dataset.done = "";
    for (const one of document.querySelectorAll(".graph-list, .take")) one.open = one.matches(".graph-list");
    window.print();
  }
  const shown = document.querySelector("#numbers[data-hide-after]:not([data-hiding])");
  if (!shown) return;
  shown.dataset.hiding = "";
  const purpose = document.getElementById("purpose");
  if (purpose) purpose.value = "";
  setTimeout(() => {
    shown.replaceChildren();
    shown.className = "numbers-hidden";
    delete shown.dataset.hideAfter;
    delete shown.dataset.hiding;
  }, Number(shown.dataset.hideAfter) * 1000);
});

const line = document.getElementById("timeline");

function sift() {
  const kind = line.querySelector("[data-kind][aria-pressed=true]").dataset.kind;
  const year = line.querySelector("[data-year]").value;
  for (const part of line.querySelectorAll("[data-in-year]")) {
    let left = 0;
    for (const event of part.querySelectorAll("[data-of-kind]")) {
      event.hidden = Boolean(kind) && event.dataset.ofKind !== kind;
      left += !event.hidden;
    }
    part.hidden = !left || (Boolean(year) && part.dataset.inYear !== year);
  }
}

line?.addEventListener("click", (click) => {
  const chip = click.target.closest("[data-kind]");
  if (!chip) return;
  for (const one of line.querySelectorAll("[data-kind]")) one.setAttribute("aria-pressed", String(one === chip));
  sift();
});
line?.addEventListener("change", sift);
