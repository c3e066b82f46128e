/**
 * Keys: whatever has a `data-key` is reached with it, the current item first, then the page.
 *
 * Buttons, links and choices are pressed, fields are entered. The list behind "?" is made
 * from the same attributes, so that it names what there is and nothing else.
 */

import { all, around, one } from "./dom";

const WORDS: Record<string, string> = { Space: "␣", ArrowLeft: "←", ArrowRight: "→" };

/** Whether somebody is writing, or steering something that has keys of its own. */
function busy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("dialog[open]")) return true;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox"].includes(target.type);
  return target.matches("textarea, select, audio");
}

function nameOf(event: KeyboardEvent): string {
  return event.key === " " ? "Space" : event.key;
}

function usable(node: HTMLElement): boolean {
  return !node.matches(":disabled");
}

/** Return what a key reaches. */
function reached(key: string): HTMLElement | null {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const current = one<HTMLElement>(".current");
  const own = current ? all<HTMLElement>(wanted, current).filter(usable) : [];
  // Pressed again, a key goes on to the next of its kind: the next piece of evidence.
  const next = own.findIndex((node) => node.classList.contains("on")) + 1;
  return (
    own[next % (own.length || 1)] ??
    all<HTMLElement>(wanted).find((node) => usable(node) && !node.closest(".item")) ??
    null
  );
}

function press(node: HTMLElement): void {
  const box = node.closest("details");
  if (box && node.tagName !== "SUMMARY") box.open = true;
  if (node.matches("textarea, input:not([type=radio], [type=checkbox]), select")) node.focus();
  else node.click();
  if (node.matches("input[type=radio], summary") && box) {
    one<HTMLTextAreaElement>("textarea", box)?.focus();
  }
}

/** Return every key of the page with what it does, each once. */
function known(): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of all<HTMLElement>("[data-key]")) {
    const key = node.dataset["key"] ?? "";
    const label =
      node.dataset["keyLabel"] ?? node.getAttribute("aria-label") ?? node.textContent?.trim() ?? "";
    if (!found.has(key)) found.set(key, label);
  }
  return found;
}

function listed(list: HTMLElement): void {
  const rows = [...known()].map(([key, label]) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    const cap = document.createElement("kbd");
    cap.textContent = WORDS[key] ?? key;
    term.append(cap);
    meaning.textContent = label;
    row.append(term, meaning);
    return row;
  });
  list.replaceChildren(...rows);
}

function confirmed(form: HTMLFormElement): boolean {
  const question = form.dataset["confirm"];
  return !question || form.dataset["sure"] === "yes" || window.confirm(question);
}

export function listenForKeys(): void {
  const dialog = one<HTMLDialogElement>("#keys");
  document.addEventListener("click", (event) => {
    if (!around(event, "[data-show-keys]") || !dialog) return;
    const list = one<HTMLElement>("dl", dialog);
    if (list) listed(list);
    dialog.showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = around<HTMLTextAreaElement>(event, "textarea")?.form;
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.key === "Escape") {
      const box = around<HTMLElement>(event, "details.change")?.closest("details");
      if (box) {
        box.open = false;
        one<HTMLElement>("summary", box)?.focus();
      }
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (busy(event.target)) return;
    const key = nameOf(event);
    // A focused button answers to Space itself; an item is opened with Enter.
    if (key === "Space" && around(event, "button, input, summary:not(.item > summary)")) return;
    const node = reached(key);
    if (!node) return;
    event.preventDefault();
    press(node);
  });
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target instanceof HTMLFormElement && !confirmed(event.target)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );
}
