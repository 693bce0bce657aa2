// @ts-check
/** The description of the API, in which calls can be tried; they carry the token of this page. */
import { API } from "./api.js";
import { token } from "./token.js";

const swagger = /** @type {any} */ (globalThis).SwaggerUIBundle;

swagger({
  url: `${API}/openapi.json`,
  dom_id: "#api",
  deepLinking: false, // The part behind the # is the token's.
  validatorUrl: null, // Nothing of this leaves the machine.
  requestInterceptor: (request) => {
    if (new URL(request.url, location.href).origin === location.origin)
      request.headers.Authorization = `Bearer ${token() ?? ""}`;
    return request;
  },
});
