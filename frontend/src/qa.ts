/** What every page runs: partial answers, drafts, keys, and looking again at what is in work. */

import "htmx.org";
import { one, say } from "./dom";
import { keepDrafts } from "./drafts";
import { listenForKeys } from "./keys";

document.documentElement.classList.add("scripted");

interface Answered {
  ctx: { response?: { status: number; raw: Response }; text?: string };
}

/** Return what a page of the server says that is not the page that was asked for. */
function reason(html: string | undefined): string {
  const found = new DOMParser().parseFromString(html ?? "", "text/html");
  return [one(".lead", found), one(".lead + p", found)]
    .map((node) => node?.textContent?.trim() ?? "")
    .filter(Boolean)
    .join(" ");
}

document.addEventListener("htmx:before:response", (event) => {
  const answer = (event as CustomEvent<Answered>).detail.ctx.response?.raw;
  // Led elsewhere, to a page to sign in on for instance: show that, not a piece of it here.
  if (answer?.redirected) {
    event.preventDefault();
    location.assign(answer.url);
  }
});

/** Return one of the things that the page has ready to say, in its language. */
function told(what: "lost" | "refused"): string {
  return document.getElementById("toast")?.dataset[what] ?? "";
}

document.addEventListener("htmx:response:error", (event) => {
  const { text, response } = (event as CustomEvent<Answered>).detail.ctx;
  if (response?.status === 401) {
    // Logged out meanwhile: to the door and back here, where what was being written still stands.
    const here = location.pathname + location.search + location.hash;
    location.assign(`/login?next=${encodeURIComponent(here)}`);
    return;
  }
  say(reason(text) || `${told("refused")} (${response?.status ?? "?"})`);
});

document.addEventListener("htmx:error", () => {
  say(told("lost"));
});

document.addEventListener("htmx:after:swap", (event) => {
  // What was saved is closed, and the keyboard is back where it was.
  const box = event.target instanceof Element ? event.target.closest("details.change:not(.collect)") : null;
  if (!(box instanceof HTMLDetailsElement)) return;
  box.open = false;
  one<HTMLElement>(":scope > summary", box.closest(".item") ?? box)?.focus({ preventScroll: true });
});

/** Load the page again once a score that is being made is there. */
function watch(address: string): void {
  const look = async (): Promise<void> => {
    const response = await fetch(address).catch(() => null);
    const found = response?.ok ? await response.json() : null;
    const state: unknown = found?.summary?.state;
    if (found && state !== "waiting" && state !== "working") location.reload();
    else setTimeout(() => void look(), 2000);
  };
  setTimeout(() => void look(), 2000);
}

const pending = one<HTMLElement>("main[data-pending]")?.dataset["pending"];
if (pending) watch(pending);

keepDrafts();
listenForKeys();
