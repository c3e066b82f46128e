/** The picture of the sound: agents above, everybody else below, and what is being looked at. */

import WaveSurfer from "wavesurfer.js";
import Regions from "wavesurfer.js/dist/plugins/regions.js";
import { one } from "./dom";
import type { Player, Span } from "./player";

interface Picture {
  per_second: number;
  agents: number[];
  others: number[];
  talk: Span[];
  redacted: Span[];
}

const POINTS = 6000;
/** Zooming in, each step shows half as much. */
const STEP = 2;

export class Wave {
  private surfer: WaveSurfer | null = null;
  private regions: ReturnType<typeof Regions.create> | null = null;
  private picture: Picture | null = null;
  private perSecond = 0;
  private looked: { span: Span; kind: string } | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly player: Player,
    private readonly duration: number,
  ) {}

  async load(): Promise<void> {
    this.picture = await this.fetched(POINTS);
    if (!this.picture) {
      this.box.remove(); // it can be heard all the same
      return;
    }
    this.player.talk = this.picture.talk;
    this.draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** Show which stretch is being looked at. */
  look(span: Span | null, kind = ""): void {
    this.looked = span && { span, kind };
    this.mark();
  }

  async zoom(wider: boolean): Promise<void> {
    if (!this.surfer || !this.picture) return;
    const whole = this.box.clientWidth / this.duration;
    const wanted = Math.max(this.perSecond || whole, whole) * (wider ? STEP : 1 / STEP);
    this.perSecond = wanted <= whole ? 0 : Math.min(wanted, 200);
    if (this.perSecond > this.picture.per_second && this.picture.agents.length >= POINTS / 2) {
      const finer = await this.fetched(1_000_000);
      if (finer && finer.per_second > this.picture.per_second) {
        this.picture = finer;
        this.draw();
      }
    }
    this.surfer.zoom(this.perSecond);
    this.surfer.setScrollTime(Math.max(this.player.now - 2, 0));
  }

  private async fetched(points: number): Promise<Picture | null> {
    const address = `${this.box.dataset["peaks"] ?? ""}?points=${points}`;
    const response = await fetch(address).catch(() => null);
    return response?.ok ? ((await response.json()) as Picture) : null;
  }

  private draw(): void {
    const { picture, box } = this;
    if (!picture) return;
    this.surfer?.destroy();
    box.replaceChildren();
    const height = box.clientHeight || 64;
    const colours = getComputedStyle(box);
    const faded = (name: string, share: number): string =>
      `color-mix(in srgb, ${colours.getPropertyValue(name)} ${share}%, transparent)`;
    this.regions = Regions.create();
    this.surfer = WaveSurfer.create({
      container: box,
      media: this.player.media,
      peaks: [picture.agents, picture.others].map((side) => this.fitted(side)),
      duration: this.duration,
      height,
      normalize: true,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      minPxPerSec: this.perSecond,
      cursorColor: colours.getPropertyValue("--ink"),
      cursorWidth: 2,
      dragToSeek: true,
      hideScrollbar: false,
      waveColor: this.halves(height, faded("--agent", 55), faded("--customer", 55)),
      progressColor: this.halves(
        height,
        colours.getPropertyValue("--agent"),
        colours.getPropertyValue("--customer"),
      ),
      cspNonce: box.dataset["nonce"] ?? "",
      plugins: [this.regions],
    });
    this.surfer.once("ready", () => this.mark());
  }

  /** Return peaks that reach exactly from the beginning to the end of the time line. */
  private fitted(side: number[]): number[] {
    const length = Math.max(Math.round(this.duration * (this.picture?.per_second ?? 1)), 1);
    return Array.from({ length }, (_, n) => (side[n] ?? 0) / 255);
  }

  /** One colour for the upper half, one for the lower. */
  private halves(height: number, upper: string, lower: string): CanvasGradient | string {
    const pen = document.createElement("canvas").getContext("2d");
    if (!pen) return upper;
    const gradient = pen.createLinearGradient(0, 0, 0, height * (devicePixelRatio || 1));
    gradient.addColorStop(0, upper);
    gradient.addColorStop(0.5, upper);
    gradient.addColorStop(0.5, lower);
    gradient.addColorStop(1, lower);
    return gradient;
  }

  private mark(): void {
    const { regions, picture, looked } = this;
    if (!regions || !picture) return;
    const colours = getComputedStyle(this.box);
    regions.clearRegions();
    const add = ([start, end]: Span, colour: string): void => {
      regions.addRegion({ start, end: Math.max(end, start + 0.1), color: colour, drag: false, resize: false });
    };
    for (const span of picture.redacted) add(span, colours.getPropertyValue("--wave-hidden"));
    if (looked) add(looked.span, colours.getPropertyValue("--wave-looked"));
  }
}

export function waveOf(player: Player): Wave | null {
  const box = one<HTMLElement>("#wave");
  const duration = Number(one<HTMLElement>(".timeline")?.dataset["duration"]);
  return box && duration ? new Wave(box, player, duration) : null;
}
