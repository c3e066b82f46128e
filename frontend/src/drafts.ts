/** Text that is being written is kept in this tab until it is saved: nothing is lost on the way. */

import { all, around } from "./dom";

type Field = HTMLTextAreaElement | HTMLInputElement;

/** Whoever comes to this tab next finds nothing of what somebody else began to write. */
const name = (field: Element): string =>
  `draft ${document.body.dataset["me"] ?? ""} ${field.getAttribute("data-draft") ?? ""}`;

/** One of several answers; all of them are kept under one name, and the chosen one is kept. */
const isAnswer = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && field.type === "radio";

function restore(root: ParentNode): void {
  for (const field of all<Field>("[data-draft]", root)) {
    const kept = sessionStorage.getItem(name(field));
    if (isAnswer(field)) {
      if (kept === field.value) field.checked = true;
      continue;
    }
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
