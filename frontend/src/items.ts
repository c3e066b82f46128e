/** Going through the items of the scorecards: one of them is the current one, which keys act on. */

import { all, one } from "./dom";

export class Items {
  private currentId = "";

  /** Make the first item that needs a look the current one, without moving anything. */
  begin(): void {
    const first = one<HTMLElement>(".item.suspected, .item[open]") ?? one<HTMLElement>(".item");
    if (first) this.mark(first);
  }

  /** Make an item the current one: opened, in view, and with the focus. */
  choose(item: HTMLElement | null, focus = true): void {
    if (!item) return;
    this.mark(item);
    if (!focus) return;
    if (item instanceof HTMLDetailsElement) item.open = true;
    one<HTMLElement>("summary", item)?.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  /** Go so many items on, of those that fit. */
  step(by: number, fits = "*"): void {
    const items = all<HTMLElement>(".item");
    const at = items.findIndex((item) => item.id === this.currentId);
    for (let n = at + by; n >= 0 && n < items.length; n += by) {
      const item = items[n];
      if (item?.matches(fits)) return this.choose(item);
    }
    this.choose(items[Math.max(at, 0)] ?? null);
  }

  /** The cards were drawn anew: find the current item again. */
  restore(): void {
    const item = document.getElementById(this.currentId);
    if (item) this.mark(item);
    else this.begin();
  }

  private mark(item: HTMLElement): void {
    for (const other of all(".item.current")) other.classList.remove("current");
    item.classList.add("current");
    this.currentId = item.id;
  }
}
