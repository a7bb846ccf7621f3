/* What every script of the tablet stands on: elements, ids, times, canonical JSON and its digest. */
(function () {
  "use strict";
  var tablet = (window.tablet = {});

  /* el("button", {class: "go", onclick: f}, "保存") — text is never read as markup. */
  tablet.el = function (name, given) {
    var made = document.createElement(name), key;
    for (key in given || {}) {
      var value = given[key];
      if (key.slice(0, 2) === "on") made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    for (var at = 2; at < arguments.length; at += 1) add(made, arguments[at]);
    return made;
  };

  function add(parent, child) {
    if (child === null || child === undefined || child === false || child === "") return;
    if (Array.isArray(child)) child.forEach(function (one) { add(parent, one); });
    else parent.append(child);
  }

  /* 32 hex digits; randomUUID is missing on plain http, getRandomValues never is. */
  tablet.id = function () {
    return hex(crypto.getRandomValues(new Uint8Array(16)));
  };

  function hex(bytes) {
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  /* Text order by code points, as the server sorts keys; UTF-16 order differs beyond the first plane. */
  function byCodePoint(one, other) {
    var a = Array.from(one), b = Array.from(other);
    for (var at = 0; at < Math.min(a.length, b.length); at += 1) {
      if (a[at] !== b[at]) return a[at].codePointAt(0) - b[at].codePointAt(0);
    }
    return a.length - b.length;
  }

  tablet.canonical = function (value) {
    if (Array.isArray(value)) return "[" + value.map(tablet.canonical).join(",") + "]";
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    var names = Object.keys(value).sort(byCodePoint);
    return "{" + names.map(function (name) {
      return JSON.stringify(name) + ":" + tablet.canonical(value[name]);
    }).join(",") + "}";
  };

  /* sha256 of a text or of bytes; "" where the browser has no WebCrypto (plain http): the server computes it then. */
  tablet.digest = async function (content) {
    if (!window.crypto || !crypto.subtle) return "";
    var bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  };

  tablet.entryDigest = function (entry) {
    return tablet.digest(tablet.canonical({
      at: entry.at, base: entry.base, check: entry.check, client_id: entry.client_id, data: entry.data,
      instance: entry.instance, item: entry.item, resolves: entry.resolves.slice().sort()
    }));
  };

  tablet.now = function () { return new Date().toISOString(); };

  function two(number) { return String(number).padStart(2, "0"); }

  /* 2026-10-12T09:05 in Chinese time, whatever zone the tablet is set to. */
  tablet.minute = function (at) {
    var local = new Date((at ? new Date(at) : new Date()).getTime() + 8 * 36e5);
    return local.getUTCFullYear() + "-" + two(local.getUTCMonth() + 1) + "-" + two(local.getUTCDate()) + "T" +
      two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
  };

  tablet.clock = function (at) { return at ? tablet.minute(at).slice(11) : ""; };

  tablet.same = function (one, other) { return tablet.canonical(one) === tablet.canonical(other); };
})();
