// The page works without this file; it adds hearing: a click on evidence plays that
// second and lights up its words, the turn that is heard stays lit, and a verdict is
// saved without interrupting the recording.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const page = document.querySelector("main.conversation");
  if (!page) return;

  const player = document.getElementById("player");
  const playhead = document.getElementById("playhead");
  const lanes = document.querySelector(".lanes");
  const turns = [...document.querySelectorAll(".turn[data-start]")].map((node) => ({
    node,
    start: Number(node.dataset.start),
    end: Number(node.dataset.end),
  }));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let stopAt = null;

  const show = (node) =>
    node.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });

  // --- hearing ---

  const playFrom = (second, until = null) => {
    if (!player) return;
    stopAt = until;
    const go = () => {
      player.currentTime = second;
      // Refused only where the browser forbids sound; the place is found all the same.
      player.play().catch(() => {});
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else {
      player.addEventListener("loadedmetadata", go, { once: true });
      player.load();
    }
  };

  const lightTurn = () => {
    const now = player.currentTime;
    for (const turn of turns) {
      turn.node.classList.toggle("now", turn.start <= now && now < turn.end);
    }
    if (playhead) {
      const length = Number(lanes.dataset.duration) || player.duration || 1;
      const x = String((now / length) * 1000);
      playhead.setAttribute("x1", x);
      playhead.setAttribute("x2", x);
    }
    if (stopAt !== null && now >= stopAt) {
      stopAt = null;
      player.pause();
    }
  };

  if (player) {
    player.addEventListener("timeupdate", lightTurn);
    player.addEventListener("seeked", lightTurn);
  }
  if (player && lanes) {
    lanes.addEventListener("click", (event) => {
      const box = lanes.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      playFrom(share * (Number(lanes.dataset.duration) || player.duration || 0));
    });
  }

  // --- showing where ---

  const clear = () => {
    for (const name of ["lit", "searched", "shown", "on"]) {
      for (const node of page.querySelectorAll(`.${name}`)) node.classList.remove(name);
    }
    for (const node of document.querySelectorAll("rect.searched")) node.remove();
  };

  const showChip = (chip) => {
    clear();
    chip.classList.add("on");
    const marks = [...page.querySelectorAll(`[data-marks~="${chip.dataset.chip}"]`)];
    for (const mark of marks) mark.classList.add("lit");
    if (chip.dataset.turn === undefined) return;
    const first = Number(chip.dataset.turn);
    const last = Number(chip.dataset.last);
    const wide = chip.dataset.kind === "window" || last > first;
    for (let n = first; n <= last; n += 1) {
      document.getElementById(`t${n}`)?.classList.add(wide ? "searched" : "shown");
    }
    const target = marks[0] ?? document.getElementById(`t${first}`);
    if (target) show(target);
  };

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-play], [data-chip]");
    if (link && page.contains(link)) {
      event.preventDefault();
      if (link.dataset.chip) showChip(link);
      if (link.dataset.play !== undefined) playFrom(Number(link.dataset.play));
    }
  });

  // --- a link to an item opens it ---

  const openTarget = () => {
    const node = location.hash && document.getElementById(location.hash.slice(1));
    if (node instanceof HTMLDetailsElement) {
      node.open = true;
      show(node);
    }
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  // A form that was opened is shown whole; `toggle` does not bubble, so it is caught going down.
  document.addEventListener(
    "toggle",
    (event) => {
      const box = event.target;
      if (box instanceof HTMLDetailsElement && box.open && box.matches(".change")) {
        box.scrollIntoView({ block: "nearest" });
        box.querySelector("select")?.focus({ preventScroll: true });
      }
    },
    true,
  );

  // --- verdicts, without leaving the page ---

  const refresh = async (response) => {
    // Refused: sent once more by the browser itself, which shows why and keeps what was typed.
    if (!response.ok) throw new Error(response.statusText);
    const text = await response.text();
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("cards");
    const old = document.getElementById("cards");
    if (!fresh) {
      location.assign(response.url);
      return;
    }
    const opened = new Set([...old.querySelectorAll("details.item[open]")].map((d) => d.id));
    const scrolled = old.scrollTop;
    old.replaceWith(fresh);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    fresh.scrollTop = scrolled;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-live]")) return;
    event.preventDefault();
    const item = form.elements.at.value;
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
      });
      await refresh(response);
      document.querySelector(`#${CSS.escape(item)} > summary`)?.focus({ preventScroll: true });
    } catch {
      form.submit(); // no answer, or a refusal: let the browser try, and say what is wrong
    }
  });

  // --- a score that is being made ---

  const pending = page.dataset.pending;
  if (pending) {
    const look = async () => {
      const response = await fetch(pending).catch(() => null);
      const found = response?.ok ? await response.json() : null;
      if (found && !["waiting", "working"].includes(found.summary.state)) location.reload();
      else setTimeout(look, 2000);
    };
    setTimeout(look, 2000);
  }
})();
