// Looking closely at the pictures of a page: large, beside the last round, by keyboard, mouse and touch.
// Without this the same links lead to pages that show each picture large.
(() => {
  "use strict";

  const view = document.getElementById("window");
  if (!view || !view.showModal) return;
  const links = [...document.querySelectorAll("a[data-picture]")];
  const part = (name) => view.querySelector(`[data-${name}]`);
  const sides = part("sides"), title = view.querySelector("h2"), scale = part("scale");
  const FIT = 1, MOST = 8, STEP = 1.5, PAN = 80;
  let at = 0, size = FIT;

  // --- what is shown ---------------------------------------------------------------------------

  // The same view in the last round goes beside a picture, not after it.
  const pairOf = (link) => {
    const pair = link.closest("[data-pair]");
    return pair ? [...pair.querySelectorAll("a[data-picture]")] : [link];
  };
  const firsts = links.filter((link) => pairOf(link)[0] === link);

  const sideOf = (link) => {
    const side = document.createElement("div"), about = document.createElement("p");
    const stage = document.createElement("div"), image = document.createElement("img");
    side.className = "window-side";
    stage.className = "window-stage";
    stage.tabIndex = 0;
    about.textContent = link.dataset.about;
    image.alt = link.querySelector("img").alt;
    stage.setAttribute("role", "group");
    stage.setAttribute("aria-label", image.alt);
    image.draggable = false;
    image.addEventListener("load", resize);
    image.addEventListener("error", () => {
      const told = document.createElement("p");
      told.setAttribute("role", "alert");
      told.textContent = view.dataset.failed;
      image.replaceWith(told);
    });
    image.src = link.dataset.picture;
    stage.append(image);
    side.append(about, stage);
    return side;
  };

  const show = (number) => {
    at = number;
    size = FIT;
    const link = firsts[at];
    title.textContent = link.dataset.title;
    sides.replaceChildren(...pairOf(link).map(sideOf));
    part("previous").disabled = at === 0;
    part("next").disabled = at === firsts.length - 1;
    resize();
  };
  const go = (step) => { if (firsts[at + step]) { show(at + step); stages()[0].focus(); } };

  // --- its size --------------------------------------------------------------------------------

  const stages = () => [...sides.querySelectorAll(".window-stage")];

  function resize() {
    for (const stage of stages()) {
      const image = stage.querySelector("img");
      if (!image || !image.naturalWidth) continue;
      const { clientWidth: width, clientHeight: height } = stage;
      const middle = [stage.scrollLeft + width / 2, stage.scrollTop + height / 2];
      const before = image.width || 1;
      const fitting = Math.min(width / image.naturalWidth, height / image.naturalHeight);
      image.style.width = `${Math.max(1, Math.floor(image.naturalWidth * fitting * size))}px`;
      const grown = image.width / before;
      stage.classList.toggle("is-large", size > FIT);
      stage.scrollTo({
        left: middle[0] * grown - width / 2, top: middle[1] * grown - height / 2, behavior: "instant",
      });
    }
    scale.textContent = `${Math.round(size * 100)} %`;
    part("smaller").disabled = size <= FIT;
    part("larger").disabled = size >= MOST;
  }
  const grow = (factor) => { size = Math.min(MOST, Math.max(FIT, size * factor)); resize(); };
  const pan = (right, down) => { for (const stage of stages()) stage.scrollBy(right * PAN, down * PAN); };

  // --- opening and closing ---------------------------------------------------------------------

  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    const link = event.currentTarget;
    event.preventDefault();
    view.showModal();
    show(firsts.indexOf(pairOf(link)[0]));
    stages()[0].focus();
  };
  for (const link of links) link.addEventListener("click", open);

  // Whoever went on to other pictures comes back at the one that he saw last.
  view.addEventListener("close", () => {
    sides.replaceChildren();
    firsts[at].focus();
  });

  part("close").addEventListener("click", () => view.close());
  part("smaller").addEventListener("click", () => grow(1 / STEP));
  part("larger").addEventListener("click", () => grow(STEP));
  part("previous").addEventListener("click", () => go(-1));
  part("next").addEventListener("click", () => go(1));
  window.addEventListener("resize", resize);

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const SIZES = { "+": STEP, "=": STEP, "-": 1 / STEP, "_": 1 / STEP, 0: 0 };
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in SIZES) grow(SIZES[event.key]);
    else if (event.key in ARROWS) {
      const [right, down] = ARROWS[event.key];
      if (size > FIT) pan(right, down);
      else if (right) go(right);
    } else return;
    event.preventDefault();
  });

  // --- mouse and touch: fingers scroll by themselves, a mouse pulls the picture ------------------

  sides.addEventListener("dblclick", () => grow(size > FIT ? 0 : STEP * STEP));
  sides.addEventListener("pointerdown", (event) => {
    const stage = event.target.closest(".window-stage");
    if (!stage || event.pointerType !== "mouse" || event.button) return;
    const pull = (move) => stage.scrollBy({ left: -move.movementX, top: -move.movementY, behavior: "instant" });
    const drop = () => {
      stage.classList.remove("is-held");
      stage.removeEventListener("pointermove", pull);
    };
    stage.classList.add("is-held");
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", pull);
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, drop, { once: true });
  });
})();
