// @ts-check
// A PNG that says of itself how it was made, as those do that zerosum saves.
// https://www.w3.org/TR/png-3/

const SIGNATURE = 8;
const HEADER = 25; // Length, name, 13 bytes and checksum.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** A chunk of text: in Latin-1 where that can hold it, else in UTF-8.
 * @param {string} name @param {string} text */
function chunk(name, text) {
  const plain = [...text].every((letter) => letter.charCodeAt(0) < 256);
  const kind = plain ? "tEXt" : "iTXt";
  const key = [...`${kind}${name}\0`].map((letter) => letter.charCodeAt(0));
  const content = plain
    ? [...text].map((letter) => letter.charCodeAt(0))
    : [0, 0, 0, 0, ...new TextEncoder().encode(text)];
  const body = Uint8Array.from([...key, ...content]);
  const whole = new Uint8Array(body.length + 8);
  const view = new DataView(whole.buffer);
  view.setUint32(0, body.length - 4);
  whole.set(body, 4);
  view.setUint32(4 + body.length, checksum(body));
  return whole;
}

/**
 * What a canvas shows, with facts.
 * @param {HTMLCanvasElement} canvas @param {Record<string, string>} facts
 * @returns {Promise<Blob>}
 */
export async function pngOf(canvas, facts) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const bytes = new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer());
  const texts = Object.entries(facts).map(([name, text]) => chunk(name, text));
  const [head, rest] = [SIGNATURE + HEADER].flatMap((at) => [bytes.slice(0, at), bytes.slice(at)]);
  return new Blob([head, ...texts, rest], { type: "image/png" });
}

/** @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
