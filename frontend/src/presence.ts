/** Reviewers on one conversation see each other, and hear at once when another has changed it. */

import { one } from "./dom";

const BEAT_MS = 20_000;

interface Answer {
  others: string[];
  version: string;
}

/** Say every so often that this page is open; show who else has it. */
export function beHere(id: string): void {
  const beat = async (): Promise<void> => {
    const note = one<HTMLElement>("#others");
    const seen = one<HTMLInputElement>(".desk input[name=seen]");
    if (!note || !seen) return;
    const answer = await fetch(`/api/v1/conversations/${id}/presence`, { method: "PUT" }).catch(
      () => null,
    );
    if (answer?.ok) tell(note, seen.value, (await answer.json()) as Answer);
    setTimeout(() => void beat(), BEAT_MS);
  };
  void beat();
}

function tell(note: HTMLElement, seen: string, found: Answer): void {
  const changed = found.version !== seen && one<HTMLInputElement>(".desk input[name=seen]")?.value === seen;
  const parts = [
    found.others.length ? `${note.dataset["text"] ?? ""} ${found.others.join(", ")}` : "",
    changed ? (note.dataset["changed"] ?? "") : "",
  ].filter(Boolean);
  note.hidden = parts.length === 0;
  const text = parts.join(". ");
  if (note.textContent !== text) note.textContent = text;
}

/** Let what is written about a moment be about the turn that was last pointed at or heard. */
export function mean(turn: Element | null | undefined): void {
  const field = one<HTMLInputElement>("#remark-turn");
  const index = turn?.id.match(/^t(\d+)$/)?.[1];
  if (!field || index === undefined || document.activeElement === field) return;
  const writing = one<HTMLDetailsElement>("#remark")?.open && one<HTMLTextAreaElement>("#remark-text")?.value;
  if (!writing) field.value = String(Number(index) + 1);
}
