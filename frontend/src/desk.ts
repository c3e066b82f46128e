/** One conversation: hear it, see where evidence stands, go through the items by keyboard. */

import { all, around, clock, one, say, seconds, show } from "./dom";
import { Items } from "./items";
import { Player } from "./player";
import { beHere, mean } from "./presence";
import { Transcript } from "./transcript";
import { type Wave, waveOf } from "./wave";

/** Somebody who has just scrolled is reading: the transcript waits so long before it follows. */
const READING_MS = 4000;

class Desk {
  private readonly player: Player | null;
  private readonly wave: Wave | null;
  private readonly transcript: Transcript;
  private readonly items = new Items();
  private readonly playhead = one<SVGLineElement>("#playhead");
  private readonly duration: number;
  private shown = "";
  private following = true;
  private scrolledAt = 0;

  constructor(private readonly page: HTMLElement) {
    const media = one<HTMLAudioElement>("#player");
    this.player = media && new Player(media);
    this.wave = this.player && waveOf(this.player);
    this.duration = Number(one<HTMLElement>(".timeline")?.dataset["duration"] ?? 0);
    this.transcript = new Transcript(one<HTMLElement>(".transcript", page) ?? page);
    this.listen();
    this.player?.onTick((now) => this.tick(now));
    void this.wave?.load();
    this.openTarget();
    beHere(page.dataset["id"] ?? "");
  }

  // --- what happens ---

  private listen(): void {
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("change", (event) => {
      const speed = around<HTMLSelectElement>(event, "#speed");
      if (speed && this.player) this.player.media.playbackRate = Number(speed.value);
    });
    for (const name of ["wheel", "touchmove"]) {
      addEventListener(name, () => (this.scrolledAt = Date.now()), { passive: true });
    }
    for (const name of ["play", "pause"]) {
      this.player?.media.addEventListener(name, () =>
        this.page.classList.toggle("playing", this.player?.playing),
      );
    }
    const unheard = (): void => say(one<HTMLElement>("#toast")?.dataset["unheard"] ?? "");
    this.player?.media.addEventListener("error", unheard);
    if (this.player?.media.error) unheard();
    document.addEventListener("htmx:after:swap", () => {
      this.transcript.gather();
      this.items.restore();
      const chip = this.chip(this.shown);
      if (chip) this.light(chip);
    });
    addEventListener("hashchange", () => this.openTarget());
    document.addEventListener("toggle", (event) => this.toggled(event), true);
  }

  private clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = around<HTMLElement>(event, "[data-do]");
    if (button) {
      // Pressed with the mouse it gives the keyboard back: Space plays.
      if (event.detail > 0) button.blur();
      return this.act(button.dataset["do"] ?? "", button);
    }
    const mark = around<Element>(event, "[data-mark]");
    const link =
      (mark && this.chip(mark.getAttribute("data-mark") ?? "")) ??
      around<HTMLElement>(event, "[data-play], [data-chip]");
    if (link && this.page.contains(link)) {
      event.preventDefault();
      if (mark) this.items.choose(link.closest<HTMLElement>(".item"));
      if (link.dataset["chip"]) void this.showChip(link);
      if (link.dataset["play"] !== undefined) this.player?.playFrom(seconds(link, "play"));
      return;
    }
    if (around(event, ".to")) return void this.goTo(event);
    const lanes = around<Element>(event, ".lanes");
    if (lanes) return this.player?.playFrom(this.share(lanes, event) * this.duration);
    if (around(event, ".item > summary")) {
      this.items.choose(around<HTMLElement>(event, ".item"), false);
    }
    mean(around(event, ".turn"));
    this.playWord(event);
  }

  private act(what: string, button: HTMLElement): void {
    const { player } = this;
    const pressed = (on: boolean): void => button.setAttribute("aria-pressed", String(on));
    if (what === "play") player?.toggle();
    else if (what === "back") player?.by(-5);
    else if (what === "on") player?.by(5);
    else if (what === "skip" && player) pressed((player.skipping = !player.skipping));
    else if (what === "loop" && player) pressed(this.toggleLoop());
    else if (what === "follow") pressed((this.following = !this.following));
    else if (what === "in" || what === "out") void this.wave?.zoom(what === "in");
    else if (what === "slower" || what === "faster") this.speed(what === "faster" ? 1 : -1);
    else if (what === "next") this.items.step(1);
    else if (what === "prev") this.items.step(-1);
    else if (what === "urgent") this.items.step(1, ".fail, .partial, .review, .suspected");
  }

  private speed(step: number): void {
    const select = one<HTMLSelectElement>("#speed");
    if (!select) return;
    const last = select.options.length - 1;
    select.selectedIndex = Math.min(Math.max(select.selectedIndex + step, 0), last);
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Loop what is being looked at, else the turn that is heard; say whether it loops now. */
  private toggleLoop(): boolean {
    const { player } = this;
    if (!player || player.loop) {
      if (player) player.loop = null;
      return false;
    }
    const chip = this.chip(this.shown);
    const turn = one<HTMLElement>(".turn.now");
    if (chip?.dataset["play"]) player.loop = [seconds(chip, "play"), endOf(chip)];
    else if (turn) player.loop = [seconds(turn, "start"), seconds(turn, "end")];
    else return false;
    this.wave?.look(player.loop, "loop");
    player.playFrom(player.loop[0]);
    return true;
  }

  // --- hearing ---

  private tick(now: number): void {
    const turn = this.transcript.light(now);
    const out = one<HTMLOutputElement>("#now");
    const text = clock(now);
    if (out && out.value !== text) out.value = text;
    if (this.playhead && this.duration) {
      const x = `${(100 * now) / this.duration}%`;
      this.playhead.setAttribute("x1", x);
      this.playhead.setAttribute("x2", x);
    }
    if (!this.player?.playing) return;
    const ahead = this.transcript.ahead((p) => seconds(p, "start") <= now && now < seconds(p, "end"));
    ahead?.dispatchEvent(new Event("wanted"));
    if (turn) mean(turn);
    if (turn && this.following && Date.now() - this.scrolledAt > READING_MS) this.follow(turn);
  }

  private follow(turn: HTMLElement): void {
    const { top, bottom } = turn.getBoundingClientRect();
    const above = one(".player")?.getBoundingClientRect().bottom ?? 0;
    if (top < above || bottom > innerHeight * 0.85) show(turn);
  }

  private playWord(event: MouseEvent): void {
    if (!this.player || !around(event, ".said p") || !getSelection()?.isCollapsed) return;
    const second = this.transcript.secondAt(event.clientX, event.clientY);
    if (second !== null) this.player.playFrom(second);
  }

  private share(box: Element, event: MouseEvent): number {
    const { left, width } = box.getBoundingClientRect();
    return (event.clientX - left) / width;
  }

  // --- showing where ---

  private chip(id: string): HTMLElement | null {
    return id ? one<HTMLElement>(`[data-chip="${CSS.escape(id)}"]`) : null;
  }

  private async showChip(chip: HTMLElement): Promise<void> {
    this.shown = chip.dataset["chip"] ?? "";
    if (chip.dataset["turn"] !== undefined) await this.loaded(Number(chip.dataset["turn"]));
    const target = this.light(chip);
    if (target) show(target);
    if (chip.dataset["play"] !== undefined) {
      this.wave?.look([seconds(chip, "play"), endOf(chip)], chip.dataset["kind"] ?? "");
    }
  }

  /** Light up what a chip is about; return where it begins. */
  private light(chip: HTMLElement): HTMLElement | null {
    for (const name of ["lit", "searched", "shown", "on"]) {
      for (const node of all(`.${name}`, this.page)) node.classList.remove(name);
    }
    chip.classList.add("on");
    const marks = all<HTMLElement>(`[data-marks~="${this.shown}"]`, this.page);
    for (const mark of marks) mark.classList.add("lit");
    if (chip.dataset["turn"] === undefined) return null;
    const [first, last] = [Number(chip.dataset["turn"]), Number(chip.dataset["last"])];
    const wide = chip.dataset["kind"] === "window" || last > first;
    for (let n = first; n <= last; n += 1) {
      document.getElementById(`t${n}`)?.classList.add(wide ? "searched" : "shown");
    }
    return marks[0] ?? document.getElementById(`t${first}`);
  }

  /** Wait until the part that holds a turn is there. */
  private async loaded(turn: number): Promise<void> {
    const part = this.transcript.ahead(
      (p) => seconds(p, "first") <= turn && turn <= seconds(p, "last"),
    );
    if (!part) return;
    await new Promise<void>((done) => {
      const look = (): void => {
        if (part.isConnected) return;
        document.removeEventListener("htmx:after:swap", look);
        done();
      };
      document.addEventListener("htmx:after:swap", look);
      part.dispatchEvent(new Event("wanted"));
      setTimeout(done, 5000);
    });
  }

  private async goTo(event: MouseEvent): Promise<void> {
    const id = around<HTMLAnchorElement>(event, ".to")?.hash.slice(1) ?? "";
    if (!/^t\d+$/.test(id)) return;
    event.preventDefault();
    await this.loaded(Number(id.slice(1)));
    const node = document.getElementById(id);
    if (!node) return;
    for (const other of all(".shown", this.page)) other.classList.remove("shown");
    node.classList.add("shown");
    show(node);
  }

  private openTarget(): void {
    const node = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    if (node instanceof HTMLDetailsElement) this.items.choose(node);
    else this.items.begin();
  }

  /** A form that was opened is shown whole. */
  private toggled(event: Event): void {
    const box = event.target;
    if (box instanceof HTMLDetailsElement && box.open && box.matches(".change")) {
      box.scrollIntoView({ block: "nearest" });
    }
  }
}

/** Return where a stretch ends that is heard for a chip; of a moment, a little later. */
function endOf(chip: HTMLElement): number {
  const end = chip.dataset["end"] === undefined ? 0 : seconds(chip, "end");
  return Math.max(end, seconds(chip, "play") + 2) + 0.5;
}

const page = one<HTMLElement>("main.conversation");
if (page) new Desk(page);
