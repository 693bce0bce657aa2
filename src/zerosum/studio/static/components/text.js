// @ts-check
// How numbers are said.

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 12,800 @param {number} count */
export const counted = (count) => COUNT.format(count);

/** 1 picture, 2 pictures @param {number} count @param {string} one @param {string} [many] */
export const plural = (count, one, many = `${one}s`) =>
  `${counted(count)} ${count === 1 ? one : many}`;

/** 12.8k, 1.25M: for axes and narrow places. @param {number} count */
export function short(count) {
  const size = Math.abs(count);
  for (const [unit, letter] of /** @type {[number, string][]} */ ([
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ]))
    if (size >= unit) return `${significant(count / unit)}${letter}`;
  return significant(count);
}

/** Three digits that count, never a list of zeros. @param {number | null | undefined} value */
export function significant(value) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace("-", "−");
  const digits = [1000, 100, 10, 0.1, 0.01, 0].findIndex((least) => size >= least);
  return COUNT_WITH[digits].format(value).replace("-", "−");
}
const COUNT_WITH = [0, 1, 2, 3, 4, 5].map(
  (most) => new Intl.NumberFormat("en", { maximumFractionDigits: most }),
);

/**
 * A value and its standard error: 2.70 ± 0.06.
 * @param {number} value @param {number | null | undefined} error
 */
export function withError(value, error) {
  if (!error || !Number.isFinite(error) || !Number.isFinite(value)) return significant(value);
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(digits)} ± ${error.toFixed(digits)}`.replace(/^-/, "−");
}

/** 3 h 20 min; a guess, so two units are enough. @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(whole, 60, "min", 1, "s", whole >= 600);
  if (whole < 86400) return joined(whole, 3600, "h", 60, "min", whole >= 36000);
  return joined(whole, 86400, "d", 3600, "h", false);
}

function joined(seconds, large, largeName, little, littleName, onlyLarge) {
  if (onlyLarge) return `${Math.round(seconds / large)} ${largeName}`;
  const rest = Math.floor((seconds % large) / little);
  return `${Math.floor(seconds / large)} ${largeName}${rest ? ` ${rest} ${littleName}` : ""}`;
}

/** 1.3 GB @param {number | null | undefined} count */
export function bytes(count) {
  if (count === null || count === undefined) return "–";
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** 5 minutes ago @param {number | null | undefined} epoch in seconds */
export function ago(epoch) {
  if (!epoch) return "";
  const seconds = Math.max(0, Date.now() / 1000 - epoch);
  if (seconds < 45) return "just now";
  if (seconds < 86400 * 30) return `${duration(seconds).split(" ").slice(0, 2).join(" ")} ago`;
  return new Date(epoch * 1000).toLocaleDateString("en", {
    year: "numeric",
    month: "short",
    day: "numeric",
  });
}

/**
 * The time of day, or the date where it is not today's.
 * @param {number | null | undefined} epoch
 */
export function moment(epoch) {
  if (!epoch) return "";
  const then = new Date(epoch * 1000);
  const clock = then.toLocaleTimeString("en", {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  const today = then.toDateString() === new Date().toDateString();
  return today
    ? clock
    : `${then.toLocaleDateString("en", { month: "short", day: "numeric" })}, ${clock}`;
}

/** A text as a sentence. @param {string} text */
export const sentence = (text) =>
  text && `${text[0].toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, ".");
