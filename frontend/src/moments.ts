/** Moments: the line that is heard is lit, a line that is clicked is heard, one at a time. */

import { all, one, seconds } from "./dom";

const players = all<HTMLAudioElement>(".moment audio");

for (const audio of players) {
  const lines = all<HTMLElement>(".said [data-start]", audio.closest(".moment") ?? document);
  audio.addEventListener("play", () => {
    for (const other of players) if (other !== audio) other.pause();
  });
  audio.addEventListener("timeupdate", () => {
    const at = audio.currentTime;
    for (const line of lines) {
      line.classList.toggle("now", seconds(line, "start") <= at && at < seconds(line, "end"));
    }
  });
  for (const line of lines) {
    line.addEventListener("click", () => {
      if (getSelection()?.toString()) return; // somebody copies what was said
      audio.currentTime = seconds(line, "start");
      void audio.play();
    });
  }
}

// A link that is shown once is there to be copied.
one<HTMLInputElement>("#s-link")?.select();
