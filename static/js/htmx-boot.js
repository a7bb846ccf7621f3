/* Brings htmx in after the page has loaded: from the CDN with its integrity hash, and from this server when the CDN
   is out of reach. A slow CDN never holds the page up, and the choice of the local copy is kept for a day. */
(function () {
  "use strict";
  var options = document.currentScript.dataset;
  var KEY = "htmx-local-until", DAY = 864e5, PATIENCE = 1500;
  var settled = false;

  function insert(source, integrity, onFailure) {
    var script = document.createElement("script");
    script.src = source;
    if (integrity) {
      script.integrity = integrity;
      script.crossOrigin = "anonymous";
    }
    script.onload = function () {
      settled = true;
      document.documentElement.dataset.htmx = integrity ? "cdn" : "local";
    };
    script.onerror = onFailure;
    document.head.appendChild(script);
    return script;
  }

  function remembered() {
    try { return Number(localStorage.getItem(KEY)) > Date.now(); } catch (e) { return false; }
  }

  function remember() {
    try { localStorage.setItem(KEY, String(Date.now() + DAY)); } catch (e) { /* storage is closed: ask again next time */ }
  }

  function useLocal() {
    if (settled) return;
    settled = true;
    insert(options.local, "", null);
  }

  function giveUpOn(script) {
    if (settled || window.htmx) return;
    script.remove();
    remember();
    useLocal();
  }

  function start() {
    if (options.mode === "local" || !options.cdn || remembered() || navigator.onLine === false) return useLocal();
    var script = insert(options.cdn, options.integrity, function () { giveUpOn(script); });
    setTimeout(function () { giveUpOn(script); }, PATIENCE);
  }

  /* Inserted before the document is complete, htmx would load but process nothing. */
  if (document.readyState === "complete") start(); else window.addEventListener("load", start);
})();
