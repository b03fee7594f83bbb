// Conveniences only: every page works without this file. No eval, no inline style, texts come from the page.
(() => {
  "use strict";
  const say = (name) => document.body.dataset["text" + name] || "";
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

  // One status region per page: what is put there is read aloud and, unless hidden, seen.
  const region = () => document.getElementById("notice");
  function announce(text) {
    let line = document.getElementById("announcer");
    if (!line) {
      line = Object.assign(make("p", "kit-visually-hidden"), { id: "announcer" });
      region()?.append(line);
    }
    line.textContent = text;
  }
  function notice(text) {
    region()?.querySelector("[data-from-script]")?.remove();
    const box = make("div", "kit-notice kit-tone-bad", text);
    box.dataset.fromScript = "";
    region()?.append(box);
    box.scrollIntoView({ block: "nearest" });
  }

  // Confirmation: our dialog instead of window.confirm, for htmx requests and for plain forms alike.
  function ask(text) {
    const opener = document.activeElement;
    const dialog = make("dialog", "kit-dialog");
    const form = Object.assign(make("form", "kit-stack"), { method: "dialog" });
    const row = make("div", "kit-cluster");
    const yes = Object.assign(make("button", "btn btn-primary", say("Confirm")), { value: "yes" });
    const no = Object.assign(make("button", "btn btn-quiet", say("Cancel")), { value: "no" });
    const words = Object.assign(make("p", "", text), { id: "kit-question" });
    dialog.setAttribute("aria-labelledby", words.id);
    row.append(yes, no);
    form.append(words, row);
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
    return new Promise((answer) => dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus?.();
      answer(dialog.returnValue === "yes");
    }));
  }
  document.addEventListener("htmx:confirm", (event) => {
    event.preventDefault();
    const { ctx, issueRequest, dropRequest } = event.detail;
    ask(ctx.confirm).then((agreed) => (agreed ? issueRequest() : dropRequest()));
  });
  // Capturing, so that the question comes before htmx sees the form.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const submitter = event.submitter;
    const question = submitter?.dataset.confirm || form.dataset.confirm;
    if (!question || form.dataset.agreed) return;
    event.preventDefault();
    event.stopPropagation();
    ask(question).then((agreed) => {
      if (!agreed) return;
      form.dataset.agreed = "yes";
      form.requestSubmit(submitter);
      delete form.dataset.agreed;
    });
  }, true);

  // Whose clock a time is read by matters only to somebody whose own shows another at that moment.
  function dressTown(note) {
    const at = note.dataset.at ? new Date(note.dataset.at) : new Date();
    const clock = (timeZone) => at.toLocaleString("en", { timeZone, dateStyle: "short", timeStyle: "short" });
    try {
      note.hidden = clock(note.dataset.zone) === clock(undefined);
    } catch {
      note.hidden = false; // a zone that this browser does not know
    }
  }

  // After a swap: focus what asks for it, read aloud what announces itself, dress the new parts.
  function settle(root) {
    root.querySelectorAll("[data-password]").forEach(dressPassword);
    root.querySelectorAll("[data-zone]").forEach(dressTown);
    const wanted = root.matches?.("[data-focus]") ? root : root.querySelector("[data-focus]");
    wanted?.focus();
    const told = root.querySelector("[data-announce]");
    if (told) announce(told.dataset.announce || told.textContent);
  }
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const target = ctx?.target;
    const live = target?.isConnected ? target : target?.id && document.getElementById(target.id);
    if (live) settle(live);
    else restoreToggle(ctx);
  });
  // A toggle replaces itself; without this the keyboard would be thrown to the top of the page.
  function restoreToggle(ctx) {
    const action = ctx?.target?.getAttribute?.("action");
    const again = action && document.querySelector(`form[action="${CSS.escape(action)}"] button[aria-pressed]`);
    again?.focus();
  }

  // A form is taken out of the page that answers it. Asking for that with hx-select would mark the request as one for a
  // whole page, and success would be a redirect that fetch follows. An answer without the form is a page: show it.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form?.matches?.("form.kit-form[id]") || ctx.hx.retarget || ctx.hx.reselect) return;
    if (ctx.text.includes(`id="${form.id}"`)) ctx.select = `#${CSS.escape(form.id)}`;
    else if (/<body[\s>]/i.test(ctx.text)) Object.assign(ctx, { target: document.body, swap: "innerHTML" });
  });
  // An error aimed at the notices: of its page only the sentence. Errors nobody aimed, and proxies' pages: our own words.
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const { status } = ctx.response;
    if (ctx.hx.redirect || (!ctx.hx.retarget && (status === 422 || status === 409))) return;
    if (ctx.hx.retarget && status < 500) {
      Object.assign(ctx, { select: ctx.hx.reselect || "#problem", swap: "innerHTML" });
      return;
    }
    ctx.swap = "none";
    notice(say("Failed"));
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) notice(say("Offline"));
  });

  // Passwords can be shown; the button exists only where it works.
  function dressPassword(box) {
    const field = box.querySelector("input");
    const button = box.querySelector("button");
    if (!field || !button || !button.hidden) return;
    const show = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.textContent = shown ? say("Hide") : show;
    });
  }

  // Dialogs by their opener (a link to #id); focus returns to it by the browser's own rule.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    document.querySelectorAll("details.kit-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.kit-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The site as an app. Switched off, a worker that is still there is replaced by one that leaves.
  function work() {
    const workers = navigator.serviceWorker;
    if (!workers || !document.body.dataset.app) return;
    const register = () => workers.register("/sw.js", { updateViaCache: "none" }).catch(() => {});
    if (document.body.dataset.app === "on") register();
    else workers.getRegistration("/").then((there) => there && register());
  }

  // A menu that runs out of a phone's screen opens where one is.
  function showWhere() {
    document.querySelectorAll(".kit-nav [aria-current]").forEach((link) => {
      const row = link.closest(".kit-nav");
      row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    settle(document);
    showWhere();
    work();
  });
})();
