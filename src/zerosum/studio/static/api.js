// @ts-check
/**
 * Calls of the studio's API.
 *
 * The token comes with the address that `zerosum studio` prints, behind a `#`, which browsers send
 * to nobody. It is kept for this origin and taken out of the address at once, so that it gets
 * neither into a bookmark nor onto a screenshot.
 */
import { lock } from "./locked.js";
import { keepToken, token } from "./token.js";

export const API = "/api/v1";

/** A call that was refused, in the library's own words. */
export class ApiError extends Error {
  /**
   * @param {string} message what was expected, what came, what to do
   * @param {number} status that of HTTP; 0 where the server did not answer
   * @param {string | null} field dotted name of the field that is wrong
   */
  constructor(message, status, field) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.field = field;
  }
}

keepToken();
if (token() === null) lock("missing");
// An address that is opened where the studio is open already loads nothing by itself.
addEventListener("hashchange", () => keepToken() && location.reload());

/**
 * @param {string} path below `/api/v1`, such as `/runs`
 * @param {Record<string, unknown>} [query] what is undefined or null is left out
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the answer
 */
export const get = (path, query, options) => call("GET", path, { query, ...options });

/**
 * @param {string} path below `/api/v1`
 * @param {unknown} [body] what JSON can hold
 * @param {{signal?: AbortSignal, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>} the answer
 */
export const post = (path, body = {}, options) => call("POST", path, { body, ...options });

/**
 * @param {string} path below `/api/v1`
 * @param {unknown} [body] what JSON can hold
 * @returns {Promise<any>} the answer
 */
export const remove = (path, body) => call("DELETE", path, { body });

/**
 * The address of a picture or a download, which the browser loads by itself.
 *
 * @param {string} path below `/api/v1`, its parts through `encodeURIComponent`
 * @param {Record<string, unknown>} [query]
 * @returns {string}
 */
export const fileUrl = (path, query) => address(path, { ...query, token: token() ?? "" });

/**
 * A call whose answer is read by whoever makes it, such as a stream.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{query?: Record<string, unknown>, body?: unknown, signal?: AbortSignal,
 *   headers?: Record<string, string>}} [options]
 * @returns {Promise<Response>} one that is not an error
 */
export async function request(method, path, { query, body, signal, headers } = {}) {
  const sent = { Authorization: `Bearer ${token() ?? ""}`, ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  let response;
  try {
    response = await fetch(address(path, query), { method, headers: sent, body: text, signal });
  } catch (error) {
    throw signal?.aborted ? error : unanswered();
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/**
 * Send files, with news of how much has gone.
 *
 * @param {string} path below `/api/v1`
 * @param {File[]} files
 * @param {{progress?: (sent: number, total: number) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the answer
 */
export function upload(path, files, { progress, signal } = {}) {
  const form = new FormData();
  // A file of a chosen folder has a path in it, whose folders are labels.
  for (const file of files) form.append("files", file, file.webkitRelativePath || file.name);
  const sending = new XMLHttpRequest(); // fetch tells nothing of what has gone.
  return new Promise((resolve, reject) => {
    sending.upload.onprogress = (event) => progress?.(event.loaded, event.total);
    sending.onerror = () => reject(unanswered());
    sending.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    sending.onload = async () => {
      const status = { status: sending.status };
      const response = new Response(sending.responseText, status);
      if (response.ok) resolve(await response.json());
      else reject(await refusal(response));
    };
    signal?.addEventListener("abort", () => sending.abort());
    sending.open("POST", address(path));
    sending.setRequestHeader("Authorization", `Bearer ${token() ?? ""}`);
    sending.send(form);
  });
}

async function call(method, path, options) {
  const response = await request(method, path, options);
  return response.json();
}

function address(path, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const pairs = known.flatMap(([name, value]) => [value].flat().map((each) => [name, String(each)]));
  const text = new URLSearchParams(pairs).toString();
  return text ? `${API}${path}?${text}` : `${API}${path}`;
}

function unanswered() {
  const message = "The studio does not answer. Trainings go on; is `zerosum studio` still running?";
  return new ApiError(message, 0, null);
}

async function refusal(response) {
  if (response.status === 401) lock("wrong");
  try {
    const { message, field } = (await response.json()).error;
    return new ApiError(message, response.status, field);
  } catch {
    return new ApiError(`The studio answered ${response.status}.`, response.status, null);
  }
}
