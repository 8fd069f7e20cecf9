/* Keys for digits on a screen without a keyboard: they write into the field that `field()` gives. */

export function keypad(place, erase, field) {
  const press = (key) => {
    const input = field();
    if (!input) return;
    input.value = key === "⌫" ? input.value.slice(0, -1) : (input.value + key).slice(0, input.maxLength);
  };
  for (const key of [..."123456789", "", "0", "⌫"]) {
    if (!key) {
      place.append(document.createElement("span"));
      continue;
    }
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn own-key", textContent: key });
    if (key === "⌫") button.setAttribute("aria-label", erase);
    button.addEventListener("click", () => press(key));
    place.append(button);
  }
}
