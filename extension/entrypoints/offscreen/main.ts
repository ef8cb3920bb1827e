// Hosts the engine's worker in Chromium, where a service worker may not start one.
