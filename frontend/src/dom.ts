/** Small helpers that every page uses. */

export function one<T extends Element>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends Element>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Return the nearest element of a selector around where an event happened. */
export function around<T extends Element>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

export function seconds(node: Element, name: string): number {
  return Number(node.getAttribute(`data-${name}`));
}

/** Word a time as the server does: 01:23, 1:02:03. */
export function clock(time: number): string {
  const whole = Math.max(Math.floor(time), 0);
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  const rest = `${two(minutes % 60)}:${two(whole % 60)}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Scroll something into the middle of what can be seen. Only this glides: a second smooth
 * scroll would end the first half-way, and a verdict or its words would stay out of sight.
 */
export function show(node: Element, block: ScrollLogicalPosition = "center"): void {
  node.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
}

/** Tell a person something, without taking the focus away. */
export function say(text: string): void {
  const toast = document.getElementById("toast");
  if (!toast) return;
  toast.textContent = text;
  toast.classList.add("shown");
  setTimeout(() => toast.classList.remove("shown"), 6000);
}
