// The page with a code: it counts down, hides a code that has expired, and goes on when the device is there.
(() => {
  "use strict";

  const EVERY_MS = 3000;
  const section = document.querySelector("[data-ask]");
  if (!section) return;
  const ends = performance.now() + Number(section.dataset.left);
  const clock = section.querySelector("[data-clock]");

  const tell = () => {
    const seconds = Math.max(0, Math.round((ends - performance.now()) / 1000));
    clock.textContent = ` (${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")})`;
    return seconds > 0;
  };

  const expire = () => {
    section.querySelector("[data-code]").remove();
    section.querySelector("[data-expired]").hidden = false;
    clock.textContent = "";
  };

  const ask = async () => {
    try {
      const answer = await fetch(section.dataset.ask, { headers: { "Verilap-Look": "1" } });
      if (answer.redirected && new URL(answer.url).pathname.startsWith("/devices/")) {
        window.location.assign(answer.url);
        return true;
      }
    } catch {
      // No line just now: the next question may arrive.
    }
    return false;
  };

  const go = async () => {
    if (!tell()) {
      expire();
      return;
    }
    if (!document.hidden && await ask()) return;
    window.setTimeout(go, EVERY_MS);
  };

  const counting = window.setInterval(() => { if (!tell()) window.clearInterval(counting); }, 1000);
  window.setTimeout(go, EVERY_MS);
})();
