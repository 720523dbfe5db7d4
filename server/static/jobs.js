// How far a job is, without loading the page again. Where scripts do not run, a link does it.
(() => {
  "use strict";
  const EVERY = 1500;
  const live = () => document.querySelector("[data-live]");
  document.querySelectorAll(".no-script").forEach((one) => { one.hidden = true; });

  const look = async () => {
    const here = live();
    if (!here) return;
    if (document.hidden) { setTimeout(look, EVERY); return; }
    try {
      const answer = await fetch(here.dataset.live, { headers: { "Verilap-Look": "1" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("[data-live]");
      if (!next) { location.reload(); return; }
      const bar = here.querySelector("progress"), label = here.querySelector("label");
      const newBar = next.querySelector("progress");
      label.textContent = next.querySelector("label").textContent;
      if (newBar.hasAttribute("value")) { bar.max = newBar.max; bar.value = newBar.value; }
      here.querySelector(".chip").textContent = next.querySelector(".chip").textContent;
    } catch { /* the line is away: the next look tells */ }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
})();
