// An alarm comes while a page lies open: it asks every half minute, and says so in its title too.
// Without this it stands on the next page that is opened.
(() => {
  "use strict";

  const EVERY_MS = 30000;
  const place = document.getElementById("alarms");
  if (!place) return;
  const title = document.title;
  let shown = place.innerHTML.trim();

  const tell = () => {
    const told = place.querySelector("[data-count]");
    document.title = told ? `(${told.dataset.count}!) ${title}` : title;
  };

  const ask = async () => {
    try {
      // A session that has ended leads elsewhere: nobody is told anything any more.
      const look = { headers: { "Verilap-Look": "1" }, redirect: "error", cache: "no-store" };
      const answer = await fetch(place.dataset.url, look);
      if (!answer.ok) return;
      const told = (await answer.text()).trim();
      // What has not changed is not put there anew: it would be read out again.
      if (told !== shown) {
        shown = told;
        place.innerHTML = told;
      }
      tell();
    } catch {
      // No line: the next time.
    }
  };

  tell();
  window.setInterval(ask, EVERY_MS);
})();
