// @ts-check
// A photograph by the camera of the reader's device, which the browser asks for first.
import { html } from "../vendor/lit-html/lit-html.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { openDialog } from "../components/dialog.js";

/** @returns {Promise<File | null>} null where none was taken */
export async function takePhoto() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  /** @type {HTMLVideoElement | null} */
  let video = null;
  const show = (/** @type {Element | undefined} */ element) => {
    if (!(element instanceof HTMLVideoElement) || video) return;
    video = element;
    video.srcObject = stream;
    video.play();
  };
  try {
    return await openDialog({ title: "Take a photograph" }, (close) => {
      const take = async () => close(video && (await frameOf(video)));
      return html`<div class="stack"><video class="use-video" muted playsinline ${ref(show)}></video>
        <div class="row"><button class="button primary" type="button" @click=${take}>Take</button></div></div>`;
    });
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** @param {HTMLVideoElement} video @returns {Promise<File>} */
async function frameOf(video) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new File([/** @type {Blob} */ (blob)], "photograph.png", { type: "image/png" });
}
