// Comfort for those who work through hundreds of forms. Every page works without it.
(() => {
  "use strict";

  // Single keys, unless somebody has switched them off on this computer: j and k walk through rows, x ticks one,
  // n and p go on to what the page names for them, ? tells the keys; c, g, e and d go to what a form has of it:
  // conflicts, problems, evidence, the decision. None decides.
  const OFF = "verilap-keys-off";
  const stops = () => [...document.querySelectorAll("[data-stop]")];
  const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const keys = document.getElementById("keys");
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* not kept */ } };

  const walk = (step) => {
    const all = stops();
    const here = document.activeElement.closest("li");
    const at = all.indexOf(here ? here.querySelector("[data-stop]") : document.activeElement);
    const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (!next) return false;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const tick = () => {
    const box = document.activeElement.closest("li")?.querySelector("input[name=pick]");
    if (!box) return false;
    box.click();
    return true;
  };
  const follow = (key) => {
    const link = document.querySelector(`[data-key="${key}"]`);
    if (!link) return false;
    link.click();
    return true;
  };
  const go = (id) => {
    const place = document.getElementById(id);
    if (!place) return false;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
    return true;
  };
  const doing = {
    j: () => walk(1), k: () => walk(-1), x: tick, n: () => follow("n"), p: () => follow("p"),
    c: () => go("conflicts"), g: () => go("problems"), e: () => go("evidence"), d: () => go("decision"),
    "?": () => { if (!keys) return false; keys.showModal(); return true; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") || (kept(OFF) && event.key !== "?")) return;
    if (doing[event.key]?.()) event.preventDefault();
  });
  const isOn = keys?.querySelector("[data-keys-on]");
  if (isOn) {
    isOn.checked = !kept(OFF);
    isOn.addEventListener("change", () => keep(OFF, isOn.checked ? "" : "1"));
  }

  // What is ticked is counted, and can be ticked all at once.
  const list = document.querySelector("form[data-tick]");
  if (list && list.querySelector("input[name=pick]")) {
    const boxes = [...list.querySelectorAll("input[name=pick]")];
    const all = list.querySelector("[data-all]");
    const every = all.querySelector("input");
    const number = list.querySelector("[data-ticked]");
    const count = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      number.textContent = String(ticked);
      every.checked = ticked === boxes.length;
      every.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.hidden = number.hidden = false;
    every.addEventListener("change", () => { boxes.forEach((box) => { box.checked = every.checked; }); count(); });
    list.addEventListener("change", (event) => { if (event.target !== every) count(); });
    window.addEventListener("pageshow", count);
  }

  // Says that something newer has arrived while a form is open; else the answer to a decision says so.
  const newer = document.querySelector("[data-newer]");
  const EVERY = 20_000;
  const tellNewer = () => {
    newer.hidden = false;
    for (const button of document.querySelectorAll("button[data-decision]")) button.disabled = true;
  };
  // A session that ended, a server that is away: whoever decides then is told by the answer.
  const ask = async () => {
    if (document.hidden || !newer.hidden) return;
    try {
      const headers = { "Verilap-Look": "newest" };
      const answer = await fetch(newer.dataset.newer, { headers, redirect: "manual", cache: "no-store" });
      if (answer.status === 404) return tellNewer();
      if (!answer.ok || !(answer.headers.get("content-type") || "").includes("json")) return;
      const told = await answer.json();
      if (told.version !== newer.dataset.version) tellNewer();
    } catch { /* the line is down: it is asked again */ }
  };
  if (newer) {
    setInterval(ask, EVERY);
    document.addEventListener("visibilitychange", ask);
  }

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
