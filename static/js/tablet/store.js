/* What lies on the tablet: IndexedDB, written with strict durability, so that nothing tapped is lost with the power.
   Stores: checks (one row each), entries and photos (own and received), drafts (typed, not yet an answer), device. */
(function () {
  "use strict";
  var tablet = window.tablet, opened = null;
  var STORES = { checks: "id", entries: "client_id", photos: "client_id", drafts: "key", device: "name" };

  function open() {
    if (opened) return opened;
    opened = new Promise(function (done, failed) {
      var asked = indexedDB.open("site-checks", 1);
      asked.onupgradeneeded = function () {
        Object.keys(STORES).forEach(function (name) {
          var store = asked.result.createObjectStore(name, { keyPath: STORES[name] });
          if (name === "entries" || name === "photos") store.createIndex("check", "check");
        });
      };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { opened = null; failed(asked.error); };
    });
    return opened;
  }

  /* put([["entries", row], …]) or {remove: …}: all or nothing, on the disk when the promise is kept. */
  async function write(rows, gone) {
    var base = await open(), names = {};
    rows.concat(gone || []).forEach(function (pair) { names[pair[0]] = true; });
    if (!Object.keys(names).length) return;
    await new Promise(function (done, failed) {
      var moved = base.transaction(Object.keys(names), "readwrite", { durability: "strict" });
      rows.forEach(function (pair) { moved.objectStore(pair[0]).put(pair[1]); });
      (gone || []).forEach(function (pair) { moved.objectStore(pair[0]).delete(pair[1]); });
      moved.oncomplete = function () { done(); };
      moved.onerror = moved.onabort = function () { failed(moved.error || new Error("没有存下")); };
    });
  }

  async function ask(name, request) {
    var base = await open();
    return new Promise(function (done, failed) {
      var asked = request(base.transaction(name).objectStore(name));
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { failed(asked.error); };
    });
  }

  tablet.store = {
    put: function (name, row) { return write([[name, row]]); },
    write: write,
    remove: function (name, key) { return write([], [[name, key]]); },
    get: function (name, key) { return ask(name, function (store) { return store.get(key); }); },
    of: function (name, check) { return ask(name, function (store) { return store.index("check").getAll(check); }); },
    all: function (name) { return ask(name, function (store) { return store.getAll(); }); },
    device: async function () {
      var known = await tablet.store.get("device", "this");
      if (known) return known;
      var made = { name: "this", key: tablet.id(), label: label() };
      await tablet.store.put("device", made);
      return made;
    }
  };

  function label() {
    var agent = navigator.userAgent, system = /iPad|iPhone/.test(agent) ? "iPad" : /Android/.test(agent) ? "安卓平板" : /Windows/.test(agent) ? "Windows 平板" : "平板";
    return system + " " + screen.width + "×" + screen.height;
  }
})();
