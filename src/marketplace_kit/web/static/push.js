// "Turn on messages of this browser": asks when pressed, subscribes by the app's worker, tells the site its address.
"use strict";
(() => {
  const button = document.querySelector("[data-push-key]");
  if (!button || !navigator.serviceWorker || !window.PushManager || !window.Notification) return;
  const said = document.getElementById(button.getAttribute("aria-describedby"));
  const { pushKey, textRefused, textFailed } = button.dataset;
  button.hidden = false;

  function named() {
    const first = (names) => names.find((name) => navigator.userAgent.includes(name)) || "";
    const browser = first(["YaBrowser", "OPR", "Edg", "SamsungBrowser", "Firefox", "Chrome", "Safari"]);
    const words = { Edg: "Edge", OPR: "Opera", YaBrowser: "Yandex", SamsungBrowser: "Samsung" };
    return [words[browser] || browser, first(["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"])].filter(Boolean).join(", ");
  }

  async function subscribed() {
    const late = new Promise((_, reject) => setTimeout(reject, 10000, new Error("the worker does not start")));
    const { pushManager } = await Promise.race([navigator.serviceWorker.ready, late]);
    const wish = { userVisibleOnly: true, applicationServerKey: pushKey };
    try {
      return await pushManager.subscribe(wish);
    } catch (error) {
      // Subscribed with a key that the site had before: that address is of no use any more.
      const old = error.name === "InvalidStateError" && (await pushManager.getSubscription());
      if (!old) throw error;
      await old.unsubscribe();
      return pushManager.subscribe(wish);
    }
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) !== "granted") return textRefused;
    const { endpoint, keys } = (await subscribed()).toJSON();
    const answer = await fetch("/api/notifications/register-device", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": document.querySelector("input[name=csrf_token]").value },
      body: JSON.stringify({ platform: "web", token: endpoint, p256dh: keys.p256dh, auth: keys.auth, label: named() }),
    });
    if (answer.ok) return "";
    return (await answer.json()).detail || textFailed;
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    const wrong = await turnOn().catch(() => textFailed);
    if (!wrong) return location.reload();
    said.textContent = wrong;
    button.disabled = false;
    button.focus();
  });
})();
