// Starts Swagger UI on the page's own schema; the page carries the address, so no inline script is needed.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  if (!place || !window.SwaggerUIBundle) return;
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark-mode", night.matches);
  night.addEventListener("change", dress);
  dress();
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null, // the default asks a public service about our schema
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    requestInterceptor: (request) => {
      if (!["GET", "HEAD"].includes(request.method)) {
        const headers = document.body.getAttribute("hx-headers:inherited");
        Object.assign(request.headers, JSON.parse(headers || "{}"));
      }
      return request;
    },
  });
});
