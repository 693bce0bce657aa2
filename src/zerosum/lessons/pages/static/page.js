// What moves on a lesson's page: a module, which the page holds and the studio imports.

/** Give life to all that a lesson has shown within an element, or a document. */
export function enliven(root) {
  for (const figure of root.querySelectorAll(".animation")) animate(figure);
  const form = root.querySelector(".controls"), pad = root.querySelector(".pad");
  if (form) choose(form, root);
  if (pad) draw(pad);
}
// Animations: one frame of each is shown; buttons, keys and the slider choose which.
function animate(figure) {
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
function choose(form, root) {
  const selects = [...form.querySelectorAll("select")];
  const show = () => {
    const index = selects.reduce((sum, each) => sum * each.options.length + each.selectedIndex, 0);
    for (const each of root.querySelectorAll("[data-variant]"))
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
    show();
  };
  form.addEventListener("change", () => { show(); remember(); });
  window.addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
}
// A square to draw points in: the command that learns them is told as they come.
function draw(pad) {
  const square = pad.querySelector("svg"), told = pad.querySelector("code"), count = pad.querySelector("output");
  const drawn = drawPoints(square, 300, (points) => {
    told.textContent = told.dataset.call + (points.length ? ` '${JSON.stringify(points)}'` : "");
    count.textContent = `${points.length || "no"} point${points.length === 1 ? "" : "s"}`;
  });
  pad.querySelector("button").addEventListener("click", () => drawn.set([]));
  pad.hidden = false;
}

/**
 * Let a reader draw points in a square, an <svg> of -1 to 1 with a cross: by hand, or by keys.
 * @param {SVGSVGElement} square
 * @param {number} most how many points there may be
 * @param {(points: [number, number][]) => void} changed told all points after each change
 * @returns an object whose method `set` puts others in their place
 */
export function drawPoints(square, most, changed) {
  const cross = square.querySelector(".cross");
  let points = [], at = [0, 0];
  const show = ([x, y]) => {
    const dot = document.createElementNS(square.namespaceURI, "circle");
    for (const [name, value] of [["cx", x], ["cy", -y], ["r", 0.025]]) dot.setAttribute(name, value);
    square.append(dot);
  };
  const put = (point) => {
    if (points.length >= most) return;
    points.push(point.map((each) => Math.round(each * 100) / 100));
    show(point);
    changed(points);
  };
  const place = (event) => {
    const box = square.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * 2 - 1, 1 - (event.clientY - box.top) / box.height * 2];
  };
  const far = ([x, y], [u, v]) => Math.hypot(x - u, y - v) > 0.06;
  square.addEventListener("pointerdown", (event) => put(place(event)));
  square.addEventListener("pointermove", (event) => {
    if (event.buttons && (!points.length || far(place(event), points[points.length - 1]))) put(place(event));
  });
  square.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    const step = steps[event.key];
    if (step) at = at.map((each, i) => Math.max(-1, Math.min(1, each + step[i])));
    else if (event.key === "Enter") put(at);
    else return;
    event.preventDefault();
    cross.setAttribute("transform", `translate(${at[0]} ${-at[1]})`);
  });
  const set = (others) => {
    for (const dot of square.querySelectorAll("circle")) dot.remove();
    points = [...others];
    points.forEach(show);
    changed(points);
  };
  return { set };
}
