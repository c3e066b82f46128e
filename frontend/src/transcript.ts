/** The transcript in step with the sound: the turn and the word that are heard, and a word's second. */

import { all, seconds } from "./dom";

interface Turn {
  readonly node: HTMLElement;
  readonly start: number;
  readonly end: number;
}

interface Word {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** A player that was sent to a word may say that it is a little before it. */
const SLACK_S = 0.03;

/** Marks words without changing the page; browsers without it light the turn alone. */
const highlight = "highlights" in CSS ? new Highlight() : null;
if (highlight) CSS.highlights.set("heard", highlight);

export class Transcript {
  private turns: Turn[] = [];
  private lit: Turn | null = null;
  private litWord: Word | null = null;
  private readonly known = new WeakMap<Element, Word[]>();

  constructor(private readonly root: HTMLElement) {
    this.gather();
  }

  /** Take in turns that were loaded since. */
  gather(): void {
    this.turns = all<HTMLElement>(".turn[data-start]", this.root)
      .map((node) => ({ node, start: seconds(node, "start"), end: seconds(node, "end") }))
      .sort((a, b) => a.start - b.start);
  }

  /** Light what is heard; return its turn where that has changed. */
  light(now: number): HTMLElement | null {
    const turn = this.at(now);
    const changed = turn !== this.lit;
    if (changed) {
      this.lit?.node.classList.remove("now");
      turn?.node.classList.add("now");
      this.lit = turn;
    }
    const word = turn && now < turn.end ? this.wordAt(turn, now) : null;
    if (word !== this.litWord || changed) {
      this.litWord = word;
      highlight?.clear();
      const range = turn && word && rangeOf(saidIn(turn.node), word.from, word.to);
      if (range) highlight?.add(range);
    }
    return changed ? (turn?.node ?? null) : null;
  }

  /** Return the second of the word at a point of the page; null beside words. */
  secondAt(x: number, y: number): number | null {
    const place = placeAt(x, y);
    const said = place?.node.parentElement?.closest<HTMLElement>("[data-words]");
    if (!place || !said || !this.root.contains(said)) return null;
    const offset = offsetIn(said, place.node, place.offset);
    const words = this.wordsOf(said);
    return words.find((word) => offset <= word.to)?.start ?? null;
  }

  /** Return the part that holds a turn or a second and is not loaded yet. */
  ahead(fits: (part: HTMLElement) => boolean): HTMLElement | null {
    return all<HTMLElement>(".part.ahead", this.root).find(fits) ?? null;
  }

  private at(now: number): Turn | null {
    let [low, high] = [0, this.turns.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.turns[middle]?.start ?? 0) <= now) low = middle + 1;
      else high = middle;
    }
    // Turns may overlap: of those that have begun, the last that has not ended.
    for (let n = low - 1; n >= Math.max(low - 4, 0); n -= 1) {
      const turn = this.turns[n];
      if (turn && now < turn.end) return turn;
    }
    return null;
  }

  private wordAt(turn: Turn, now: number): Word | null {
    const words = this.wordsOf(saidIn(turn.node));
    let found: Word | null = null;
    for (const word of words) {
      if (word.start > now + SLACK_S) break;
      found = word;
    }
    return found;
  }

  private wordsOf(said: HTMLElement | null): Word[] {
    const times = said?.dataset["words"];
    if (!said || !times) return [];
    const ready = this.known.get(said);
    if (ready) return ready;
    let time = seconds(said.closest(".turn") ?? said, "start");
    let from = 0;
    const after = times.split(" ").map(Number);
    const words = (said.textContent ?? "").split(" ").map((text, n) => {
      time += (after[n] ?? 0) / 100;
      const word = { start: time, from, to: from + text.length };
      from += text.length + 1;
      return word;
    });
    this.known.set(said, words);
    return words;
  }
}

function saidIn(turn: HTMLElement): HTMLElement | null {
  return turn.querySelector<HTMLElement>("[data-words]");
}

function textsIn(root: Element): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) found.push(node as Text);
  return found;
}

function rangeOf(said: HTMLElement | null, from: number, to: number): Range | null {
  if (!said) return null;
  const range = document.createRange();
  let at = 0;
  let begun = false;
  for (const text of textsIn(said)) {
    const end = at + text.length;
    if (!begun && from < end) {
      range.setStart(text, from - at);
      begun = true;
    }
    if (begun && to <= end) {
      range.setEnd(text, to - at);
      return range;
    }
    at = end;
  }
  return null;
}

function offsetIn(said: HTMLElement, node: Node, offset: number): number {
  let at = 0;
  for (const text of textsIn(said)) {
    if (text === node) return at + offset;
    at += text.length;
  }
  return at;
}

function placeAt(x: number, y: number): { node: Node; offset: number } | null {
  if ("caretPositionFromPoint" in document) {
    const found = document.caretPositionFromPoint(x, y);
    return found && { node: found.offsetNode, offset: found.offset };
  }
  return null;
}
