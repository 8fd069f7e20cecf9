/* A number that was shown whole goes away when its time is over. */

document.addEventListener("htmx:afterSwap", () => {
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
