
"use strict";
for (const article of document.querySelectorAll("article")) {
  const audio = article.querySelector("audio");
  if (!audio) continue;
  const lines = [...article.querySelectorAll("li[data-start]")];
  audio.addEventListener("timeupdate", () => {
    for (const line of lines) {
      const { start, end } = line.dataset;
      line.classList.toggle("now", start <= audio.currentTime && audio.currentTime < end);
    }
  });
  for (const line of lines)
    line.addEventListener("click", () => {
      audio.currentTime = Number(line.dataset.start);
      void audio.play();
    });
}
