/** Text that is being written is kept in this tab until it is saved: nothing is lost on the way. */

import { all, around } from "./dom";

type Field = HTMLTextAreaElement | HTMLInputElement;

const name = (field: Element): string => `draft ${field.getAttribute("data-draft") ?? ""}`;

function restore(root: ParentNode): void {
  for (const field of all<Field>("[data-draft]", root)) {
    const kept = sessionStorage.getItem(name(field));
    if (kept === null || kept === field.value) continue;
    field.value = kept;
    const box = field.closest("details");
    if (box) box.open = true;
  }
}

/** Fields that were sent with the page itself: forgotten once it turns out that they were taken. */
const SENT = "drafts sent";

function forgetTaken(): void {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
  sessionStorage.removeItem(SENT);
  // A page that says what is wrong stands in the way: what was written is still wanted.
  if (document.querySelector("main > .lead")) return;
  for (const key of sent) sessionStorage.removeItem(key);
}

export function keepDrafts(): void {
  forgetTaken();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.hasAttribute("hx-post")) return;
    const names = all<Field>("[data-draft]", form).map(name);
    if (names.length) sessionStorage.setItem(SENT, JSON.stringify(names));
  });
  document.addEventListener("input", (event) => {
    const field = around<Field>(event, "[data-draft]");
    if (field) sessionStorage.setItem(name(field), field.value);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { response?: { status: number } } }>).detail;
    if ((ctx.response?.status ?? 500) >= 400) return;
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    for (const field of form ? all<Field>("[data-draft]", form) : []) {
      sessionStorage.removeItem(name(field));
    }
  });
  restore(document);
}
