// Comfort for those who work through hundreds of forms. Every page works without it.
(() => {
  "use strict";

  // j and k walk through the rows of the queue, as arrow keys would in a list.
  const stops = () => [...document.querySelectorAll("[data-stop]")];
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const all = stops();
    const at = all.indexOf(document.activeElement.closest("[data-stop]"));
    const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });

  // The number of remarks stands beside the buttons, and nobody leaves the page with remarks by mistake.
  const form = document.querySelector("form[data-decide]");
  if (!form) return;
  const texts = [...form.querySelectorAll("textarea")];
  const remarks = texts.filter((text) => text.name.startsWith("remark:"));
  const count = form.querySelector("[data-remark-count]");
  const filled = (some) => some.filter((text) => text.value.trim()).length;
  const tell = () => {
    const number = filled(remarks);
    count.hidden = number === 0;
    count.querySelector("[data-number]").textContent = String(number);
  };
  let isSent = false;
  form.addEventListener("input", tell);
  form.addEventListener("submit", () => { isSent = true; });
  window.addEventListener("pageshow", () => { isSent = false; tell(); });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && filled(texts)) event.preventDefault();
  });
  form.addEventListener("toggle", (event) => {
    const text = event.target.open && event.target.querySelector("textarea");
    if (text) text.focus();
  }, true);
})();
