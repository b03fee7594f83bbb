// Sending photos with a bar that fills. Without this file the form is sent all the same.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-upload]")) return;
    event.preventDefault();
    form.querySelector("[data-progress]")?.remove();
    const box = Object.assign(document.createElement("div"), { className: "kit-stack" });
    box.dataset.progress = "";
    const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
    const words = Object.assign(document.createElement("p"), { id: "upload-state", textContent: form.dataset.textSending });
    words.setAttribute("role", "status");
    bar.setAttribute("aria-labelledby", words.id);
    box.append(words, bar);
    form.append(box);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = (step.loaded / step.total) * 100;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      words.textContent = form.dataset.textReading;
    });
    request.addEventListener("load", () => {
      const target = request.getResponseHeader("HX-Redirect");
      if (target) {
        if (target.split("#")[0] === location.pathname) location.reload();
        else location.assign(target);
        return;
      }
      const main = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("main");
      if (main) {
        document.getElementById("main").replaceWith(main);
        document.querySelector("[data-focus]")?.focus();
        window.htmx?.process?.(main);
      } else failed();
    });
    const failed = () => {
      bar.remove();
      words.textContent = document.body.dataset.textFailed;
    };
    request.addEventListener("error", failed);
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.send(new FormData(form));
  });
})();
