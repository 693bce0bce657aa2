// @ts-check
// The pad: a canvas that is drawn on by mouse, pen, finger or keys.
import { paintStroke } from "./painting.js";

/** @typedef {import("./drawing.js").Place} Place */
/** @typedef {import("./drawing.js").Stroke} Stroke */
/** @typedef {{tool: import("./drawing.js").Tool, width: number, colour: string}} Brush */

const SIDE = 640;
/** Nearer to the last one a place says nothing new. */
const APART = 0.006;
/** By which the keys move the brush; with Shift farther. */
const [STEP, STRIDE] = [1 / 28, 4 / 28];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MOST_PLACES = 4000;

export class Pad {
  /**
   * @param {import("./drawing.js").Drawing} drawing
   * @param {Brush} brush
   * @param {[number, number]} size height and width of the pictures
   * @param {() => void} changed told while something is drawn
   */
  constructor(drawing, brush, [height, width], changed) {
    [this.drawing, this.brush, this.changed] = [drawing, brush, changed];
    this.canvas = document.createElement("canvas");
    this.layer = document.createElement("canvas");
    const scale = SIDE / Math.max(height, width);
    for (const canvas of [this.canvas, this.layer]) {
      [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    }
    this.picture = new Image();
    this.picture.onload = () => this.paint();
    /** @type {Place} where the brush is */
    this.at = [0.5, 0.5];
    this.isOver = false;
    this.byKeys = false;
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.className = "draw-pad";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", "Drawing pad");
    canvas.setAttribute("aria-describedby", "draw-keys");
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.lift());
    canvas.addEventListener("pointercancel", () => this.drop());
    canvas.addEventListener("pointerleave", () => this.over(false));
    canvas.addEventListener("keydown", (event) => this.press(event));
    canvas.addEventListener("focus", () => this.over(canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => {
      if (this.byKeys) this.lift();
      this.over(false);
    });
  }

  /** @param {string} address of the picture that is below the strokes */
  show(address) {
    if (address && address !== this.picture.src) this.picture.src = address;
    else this.paint();
  }

  /** @param {PointerEvent} event @returns {Place} */
  placeOf(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.byKeys = false;
    this.at = this.placeOf(event);
    this.begin();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!event.isPrimary) return;
    this.isOver = true;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.go(this.placeOf(each));
  }

  begin() {
    const { tool, width, colour } = this.brush;
    const source = this.drawing.shown?.point;
    if (tool === "warp" && !source) return;
    this.drawing.underWay =
      tool === "warp"
        ? { kind: "warp", centre: this.at, end: this.at, radius: Math.min(1, width), source: source ?? "" }
        : { kind: tool, places: [this.at], width, colour };
    this.said();
  }

  /** @param {Place} place */
  go(place) {
    const stroke = this.drawing.underWay;
    this.at = place;
    if (!stroke) return this.paint();
    if (stroke.kind === "warp") stroke.end = place;
    else {
      const [x, y] = stroke.places[stroke.places.length - 1];
      if (Math.hypot(place[0] - x, place[1] - y) < APART) return undefined;
      if (stroke.places.length < MOST_PLACES) stroke.places.push(place);
    }
    return this.said();
  }

  lift() {
    if (!this.drawing.underWay) return;
    this.drawing.finish();
    this.said();
  }

  drop() {
    if (!this.drawing.underWay) return;
    this.drawing.underWay = null;
    this.said();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { key } = event;
    const arrow = ARROWS[key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow) {
      const step = event.shiftKey ? STRIDE : STEP;
      this.isOver = true;
      this.go([within(this.at[0] + step * arrow[0]), within(this.at[1] + step * arrow[1])]);
    } else if (key === " " || key === "Enter") {
      if (event.repeat) return event.preventDefault();
      this.byKeys = true;
      if (this.drawing.underWay) this.lift();
      else this.begin();
    } else if (key === "Escape" && this.drawing.underWay) this.drop();
    else return undefined;
    return event.preventDefault();
  }

  /** @param {boolean} isOver */
  over(isOver) {
    this.isOver = isOver;
    this.paint();
  }

  said() {
    this.paint();
    this.changed();
  }

  paint() {
    const { canvas, drawing, brush } = this;
    const context = canvas.getContext("2d");
    if (!context) return;
    const { width, height } = canvas;
    const style = getComputedStyle(canvas);
    context.clearRect(0, 0, width, height);
    context.fillStyle = drawing.background ?? style.getPropertyValue("--sunken");
    context.fillRect(0, 0, width, height);
    const whole = drawing.base !== null || brush.tool === "warp";
    // Before anything is drawn a picture by chance would only be in the way.
    if ((whole || drawing.all.length) && drawing.shown && this.picture.naturalWidth) {
      context.globalAlpha = whole ? 1 : 0.35;
      context.imageSmoothingEnabled = false;
      context.drawImage(this.picture, 0, 0, width, height);
      context.globalAlpha = 1;
    }
    const inks = { line: style.getPropertyValue("--c1"), halo: style.getPropertyValue("--surface") };
    const layer = this.layer.getContext("2d");
    if (layer) {
      layer.clearRect(0, 0, width, height);
      for (const stroke of drawing.all) paintStroke(layer, stroke, inks);
      context.globalAlpha = 0.85;
      context.drawImage(this.layer, 0, 0);
      context.globalAlpha = 1;
    }
    if (this.isOver) this.paintBrush(context, inks);
  }

  /** @param {CanvasRenderingContext2D} context @param {{line: string, halo: string}} inks */
  paintBrush(context, inks) {
    const { width, height } = this.canvas;
    const { tool, width: size } = this.brush;
    const radius = Math.max(3, (tool === "warp" ? size : size / 2) * Math.min(width, height));
    for (const [ink, line] of /** @type {[string, number][]} */ ([[inks.halo, 4], [inks.line, 2]])) {
      context.strokeStyle = ink;
      context.lineWidth = line;
      context.beginPath();
      context.arc(this.at[0] * width, this.at[1] * height, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

/** @param {number} share */
const within = (share) => Math.round(10_000 * Math.min(1, Math.max(0, share))) / 10_000;
