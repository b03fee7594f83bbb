// The app's worker. VERSION and SITE (shell, offline, language) stand above: the server writes them.
// Stored: hashed files, pictures, one offline page per language. Never a page that somebody was shown.
const SHELL = `shell-${VERSION}`;
const FILES = "files";
const MOST_FILES = 300;
const LANGUAGE = "/-/offline/language";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll(SITE.shell);
    for (const path of Object.values(SITE.offline)) {
      const page = await fetch(path, { credentials: "omit", cache: "reload" });
      if (page.ok) await shell.put(path, page);
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (/^\/(static|media)\//.test(url.pathname)) event.respondWith(file(request));
});

async function page(request) {
  try {
    const answer = await fetch(request);
    const language = answer.headers.get("Content-Language");
    if (language in SITE.offline) (await caches.open(FILES)).put(LANGUAGE, new Response(language));
    return answer;
  } catch {
    const kept = await (await caches.open(FILES)).match(LANGUAGE);
    const language = kept ? await kept.text() : SITE.language;
    return (await caches.match(SITE.offline[language])) || Response.error();
  }
}

// Addresses carry the hash of what they name: what is stored is right for ever.
async function file(request) {
  const stored = await caches.match(request.url);
  if (stored) return stored;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic" && (answer.headers.get("Cache-Control") || "").includes("immutable")) {
    const files = await caches.open(FILES);
    await files.put(request.url, answer.clone());
    const names = await files.keys();
    if (names.length > MOST_FILES) await files.delete(names[0]);
  }
  return answer;
}

// A message for this browser. It carries no private detail, and leads to a page of this site only.
self.addEventListener("push", (event) => {
  if (!event.data) return;
  const { title, body, url, tag } = event.data.json();
  const shown = { body, tag, data: { url }, icon: "/-/app/icon-192.png", lang: SITE.language };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const target = new URL(event.notification.data.url || "/", self.location.origin);
    const href = self.location.origin + target.pathname + target.search;
    const open = await self.clients.matchAll({ type: "window" });
    const there = open.find((client) => client.url === href);
    return there ? there.focus() : self.clients.openWindow(href);
  })());
});
