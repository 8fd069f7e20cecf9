/* The code of the notice stands behind the # of its link: it is sent in a form and in no address. */

const form = document.querySelector("[data-testid=code-form]");
const code = location.hash.slice(1);

if (/^[A-Z2-7-]{20,40}$/i.test(code)) {
  document.getElementById("code").value = code;
  const next = document.querySelector("input[name=next]");
  if (next) next.value = `${location.pathname}#${code}`; // the other language opens the same question
  addEventListener("load", () => form.requestSubmit());
}
