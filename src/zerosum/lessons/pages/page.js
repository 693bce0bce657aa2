"use strict";
// Animations: one frame of each is shown; buttons, keys and the slider choose which.
for (const figure of document.querySelectorAll(".animation")) {
  const frames = Number(figure.dataset.frames), player = figure.querySelector(".player");
  const slider = player.querySelector("input"), play = player.querySelector("[data-do=play]");
  const shown = figure.querySelectorAll("[data-frame]");
  let timer = null;
  const show = (index) => {
    slider.value = (index + frames) % frames;
    for (const each of shown) each.toggleAttribute("hidden", each.dataset.frame !== slider.value);
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const forward = () => {
    show(Number(slider.value) + 1);
    if (Number(slider.value) === frames - 1) pause();
  };
  const start = () => {
    if (Number(slider.value) === frames - 1) show(0);
    timer = setInterval(forward, Math.max(100, Math.min(700, 12000 / frames)));
    play.textContent = "Pause";
  };
  play.addEventListener("click", () => (timer ? pause() : start()));
  player.querySelector("[data-do=back]").addEventListener("click", () => { pause(); show(Number(slider.value) - 1); });
  player.querySelector("[data-do=step]").addEventListener("click", () => { pause(); show(Number(slider.value) + 1); });
  slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
  player.hidden = frames < 2;
  show(0);
}
// Switches: the page holds the results for every combination of their values; the address names
// the chosen one, so that a set-up can be shared.
const form = document.querySelector(".controls");
if (form) {
  const selects = [...form.querySelectorAll("select")];
  const choose = () => {
    const index = selects.reduce((sum, each) => sum * each.options.length + each.selectedIndex, 0);
    for (const each of document.querySelectorAll("[data-variant]"))
      each.toggleAttribute("hidden", Number(each.dataset.variant) !== index);
  };
  const remember = () => {
    const chosen = new URLSearchParams(selects.map((each) => [each.name, each.value]));
    try { history.replaceState(null, "", `#${chosen}`); } catch { /* An embedded page has no address. */ }
  };
  const recall = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const each of selects) {
      const option = [...each.options].find((one) => one.value === wanted.get(each.name));
      if (option) option.selected = true;
    }
    choose();
  };
  form.addEventListener("change", () => { choose(); remember(); });
  window.addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
}
