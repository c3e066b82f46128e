/** The recording: playing from and to a second, speed, loops, and skipping silence. */

export type Span = readonly [number, number];

/** Silences shorter than this are left in: they belong to the talking. */
const SKIPPED_S = 1.5;
/** Where skipping ends: so long before somebody talks again. */
const BEFORE_S = 0.3;

export class Player {
  /** Ends of stretches in which anybody talks, in order; set once they are known. */
  talk: readonly Span[] = [];
  skipping = false;
  loop: Span | null = null;
  private stopAt: number | null = null;
  private frame = 0;
  private readonly listeners: ((now: number) => void)[] = [];

  constructor(readonly media: HTMLAudioElement) {
    for (const name of ["timeupdate", "seeked", "pause", "ratechange"]) {
      media.addEventListener(name, () => this.tick());
    }
    media.addEventListener("play", () => this.run());
  }

  get now(): number {
    return this.media.currentTime;
  }

  get playing(): boolean {
    return !this.media.paused;
  }

  onTick(listener: (now: number) => void): void {
    this.listeners.push(listener);
  }

  /** Play from a second; with `until`, stop there. */
  playFrom(second: number, until: number | null = null): void {
    this.seek(second, () => {
      this.stopAt = until;
      this.play();
    });
  }

  seek(second: number, then: () => void = () => undefined): void {
    const { media } = this;
    const go = (): void => {
      this.stopAt = null;
      media.currentTime = Math.max(second, 0);
      then();
    };
    if (media.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else {
      media.addEventListener("loadedmetadata", go, { once: true });
      // Nothing is fetched before somebody wants to hear it: fetching is written down.
      media.preload = "auto";
      media.load();
    }
  }

  toggle(): void {
    if (this.playing) this.media.pause();
    else this.play();
  }

  by(difference: number): void {
    this.seek(this.now + difference);
  }

  private play(): void {
    // Refused only where the browser forbids sound; the place is found all the same.
    this.media.play().catch(() => undefined);
  }

  private run(): void {
    cancelAnimationFrame(this.frame);
    const step = (): void => {
      this.tick();
      if (this.playing) this.frame = requestAnimationFrame(step);
    };
    step();
  }

  private tick(): void {
    const now = this.now;
    for (const listener of this.listeners) listener(now);
    if (!this.playing) return;
    if (this.loop && (now >= this.loop[1] || now < this.loop[0] - 1)) {
      this.media.currentTime = this.loop[0];
    } else if (this.stopAt !== null && now >= this.stopAt) {
      this.stopAt = null;
      this.media.pause();
    } else if (this.skipping) {
      const next = this.nextTalk(now);
      if (next !== null && next - now > SKIPPED_S) this.media.currentTime = next - BEFORE_S;
    }
  }

  /** Return when somebody talks again; null while somebody does, and after the last word. */
  private nextTalk(now: number): number | null {
    const next = this.talk[after(this.talk, now)];
    return next && next[0] > now ? next[0] : null;
  }
}

/** Return the index of the first span that ends after a time. */
export function after(spans: readonly Span[], time: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.[1] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
