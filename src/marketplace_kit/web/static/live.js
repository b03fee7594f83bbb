// Parts of a page that stay up to date: an element with data-live="topic" (or several, by blanks) hears "live" whenever
// one of them changed, and fetches itself anew by hx-get, which is where access is checked. One stream per tab: a web
// socket, else server-sent events, else polling. Without this file the page shows what was true when it was loaded.
(() => {
  "use strict";
  const STALE = document.currentScript.dataset.textStale;
  const POLL = 20000, SILENT = 30000, LONGEST = 30000;
  const TRANSPORTS = [bySocket, byEvents, byPolling];
  let transport = Number(sessionStorage.getItem("live-by") || 0);
  let stream = null, retry = 0, failures = 0, contact = Date.now();
  let watched = "";
  const waiting = new Map();

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const topicsOf = (part) => part.dataset.live.split(" ").filter(Boolean);
  const topics = () => [...new Set(parts().flatMap(topicsOf))].sort();
  const query = () => `?topics=${watched.split(" ").map(encodeURIComponent).join(",")}`;

  // Half a second of chance, so that a thousand pages do not ask in the same instant; what comes meanwhile is one fetch.
  function changed(topic) {
    if (waiting.has(topic)) return;
    waiting.set(topic, setTimeout(() => {
      waiting.delete(topic);
      parts().filter((part) => topicsOf(part).includes(topic)).forEach((part) => part.dispatchEvent(new CustomEvent("live")));
    }, Math.random() * 500));
  }
  const allChanged = () => topics().forEach(changed);

  function heard(text) {
    alive();
    const said = text && JSON.parse(text);
    if (said && said.topic) changed(said.topic);
  }
  function alive() {
    contact = Date.now();
    document.getElementById("live-stale")?.remove();
  }
  // Old numbers are never shown as live ones.
  function look() {
    if (!watched || document.hidden || Date.now() - contact < SILENT || document.getElementById("live-stale")) return;
    const since = new Date(contact).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const box = Object.assign(document.createElement("p"), { id: "live-stale", className: "kit-notice kit-tone-warn" });
    box.textContent = STALE.replace("{time}", since);
    document.getElementById("notice")?.append(box);
  }

  // Each answers an object with close(); it tells opened() and ended(code).
  function bySocket({ opened, ended }) {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/-/live/ws${query()}`);
    socket.onopen = opened;
    socket.onmessage = (event) => heard(event.data);
    socket.onclose = (event) => ended(event.code);
    return {
      close: () => { socket.onclose = null; socket.close(); },
      watch: () => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ topics: watched.split(" ") })),
    };
  }
  function byEvents({ opened, ended }) {
    const source = new EventSource(`/-/live${query()}`);
    source.onopen = opened;
    source.addEventListener("beat", () => heard(""));
    source.addEventListener("change", (event) => heard(event.data));
    source.onerror = () => { source.close(); ended(0); };
    return { close: () => source.close() };
  }
  // The parts themselves are the snapshot; now and then the better ways are tried again.
  function byPolling({ ended }) {
    let rounds = 0;
    const timer = setInterval(() => {
      allChanged();
      rounds += 1;
      if (rounds > 5) { clearInterval(timer); prefer(0); failures = 0; ended(0); }
    }, POLL * (0.8 + Math.random() * 0.4));
    return { close: () => clearInterval(timer) };
  }
  function prefer(number) {
    transport = number;
    sessionStorage.setItem("live-by", String(number === 2 ? 0 : number));
  }

  function open() {
    clearTimeout(retry);
    close();
    if (!watched || document.hidden) return;
    let stood = transport === 2;
    stream = TRANSPORTS[transport]({
      opened() { stood = true; failures = 0; alive(); allChanged(); },
      ended(code) {
        stream = null;
        const refused = code >= 4400;
        if (refused) allChanged();  // whoever was signed out is led to the sign-in by the answer
        if (!stood && !refused && transport < 2) prefer(transport + 1);
        else failures += 1;
        const pause = refused ? LONGEST : Math.min(LONGEST, 1000 * 2 ** failures);
        retry = setTimeout(open, stood || refused ? pause * (0.5 + Math.random() / 2) : 0);
      },
    });
    if (stood) allChanged();
  }
  function close() {
    stream?.close();
    stream = null;
  }

  // The topics of the page as it is now: a fragment may have brought some and taken others away.
  function adjust() {
    const now = topics().join(" ");
    if (now === watched) return;
    watched = now;
    if (watched && stream?.watch?.()) return;
    open();
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target;
    if (transport === 2 && target?.closest?.("[data-live]")) alive();
    adjust();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { clearTimeout(retry); close(); return; }
    contact = Date.now();
    open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  document.addEventListener("DOMContentLoaded", adjust);
  setInterval(look, 5000);
})();
