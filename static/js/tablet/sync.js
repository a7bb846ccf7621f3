/* Sending and receiving. Every answer and photo waits on the tablet until the server gave its receipt; only the person
   who recorded them sends them. tablet.link says how things stand; listeners are told when it changes. */
(function () {
  "use strict";
  var tablet = window.tablet, BATCH = 50, EVERY = 15000, running = null, again = false, reported = null;
  var link = (tablet.link = { status: "idle", words: "", contact: null, skew: 0, csrf: "" });
  var root = document.body.dataset.root || "";

  tablet.waiting = function () {
    var mine = function (row) { return row.state === "waiting" && row.user === tablet.user.id; };
    return { entries: tablet.entries.filter(mine), photos: tablet.photos.filter(mine) };
  };

  /* Waiting on this tablet, but recorded by somebody else. */
  tablet.foreign = function () {
    var rows = tablet.entries.concat(tablet.photos).filter(function (row) { return row.state === "waiting" && row.user !== tablet.user.id; });
    return { count: rows.length, who: rows.length ? rows[0].by : "" };
  };

  function say(status, words) {
    link.status = status;
    link.words = words || "";
    tablet.changed();
  }

  function Refused(status, told) {
    this.status = status;
    this.told = told;
  }

  async function ask(path, options, patience) {
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, patience);
    try {
      var answer = await fetch(root + "/checks/" + tablet.check.id + path, Object.assign({
        credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal
      }, options));
      if (answer.type === "opaqueredirect" || answer.status === 401) throw new Refused(401, {});
      var json = (answer.headers.get("Content-Type") || "").indexOf("json") >= 0;
      var told = json ? await answer.json() : {};
      if (!answer.ok) throw new Refused(answer.status, told);
      return told;
    } finally {
      clearTimeout(timer);
    }
  }

  /* The check as the server has it: at the first opening, and for a new token after signing in again. */
  tablet.fetchAll = async function () {
    var told = await ask("/data.json?tablet=" + tablet.device.key, {}, 20000);
    link.csrf = told.csrf;
    tablet.user = told.user;
    tablet.check = Object.assign({}, tablet.check, {
      id: tablet.check.id, about: told.check, user: told.user, items: told.items, parts: told.parts, clauses: told.clauses
    });
    await take(told);
    return told;
  };

  async function take(told) {
    var known = {}, rows = [];
    tablet.entries.forEach(function (row) { known[row.client_id] = row; });
    told.entries.forEach(function (row) {
      var mine = known[row.client_id], kept = Object.assign({ check: tablet.check.id, user: row.by_id, state: "received" }, row);
      if (mine && mine.state === "received") return;
      if (mine) Object.assign(mine, kept, { own: mine.own }); else tablet.entries.push(kept);
      rows.push(["entries", mine || kept]);
    });
    Object.assign(tablet.check, {
      state: told.state, state_words: told.state_words, inspectors: told.inspectors, remote_photos: told.photos,
      cursor: Math.max(tablet.check.cursor || 0, told.cursor), contact: tablet.now()
    });
    link.contact = tablet.check.contact;
    link.skew = Math.round((Date.now() - Date.parse(told.server_time)) / 1000);
    rows.push(["checks", tablet.check]);
    await tablet.store.write(rows);
  }

  function headers() { return { "X-CSRFToken": link.csrf, "Content-Type": "application/json" }; }

  function plain(row) {
    return {
      client_id: row.client_id, item: row.item, instance: row.instance, data: row.data, base: row.base,
      resolves: row.resolves, at: row.at
    };
  }

  async function sendEntries() {
    var batch = tablet.waiting().entries.slice(0, BATCH), left = tablet.waiting();
    var waiting = left.entries.length - batch.length + left.photos.length;
    var told = await ask("/entries", { method: "POST", headers: headers(), body: JSON.stringify({
      user: tablet.user.id, since: tablet.check.cursor || 0, waiting: waiting, entries: batch.map(plain),
      device: { key: tablet.device.key, label: tablet.device.label, time: tablet.now() }
    }) }, 30000);
    reported = waiting;
    await receipts(batch, told);
    await take(told);
    return batch.length;
  }

  async function receipts(batch, told) {
    var by = {}, rows = [];
    batch.forEach(function (row) { by[row.client_id] = row; });
    told.receipts.forEach(function (one) {
      var row = by[one.client_id];
      if (!row) return;
      if (row.own && row.own !== one.sha256) Object.assign(row, { state: "refused", message: "服务器收到的内容和本机的不一样，校验值不符。" });
      else Object.assign(row, { state: "received", sha256: one.sha256, received_at: one.received_at, message: "" });
      rows.push(["entries", row]);
    });
    told.refused.forEach(function (one) {
      var row = by[one.client_id];
      if (!row) return;
      Object.assign(row, { state: "refused", message: one.message });
      rows.push(["entries", row]);
    });
    await tablet.store.write(rows);
  }

  async function sendPhoto(row) {
    var form = new FormData();
    var told = { client_id: row.client_id, item: row.item, instance: row.instance, at: row.at, sha256: row.own || "",
      user: row.user, key: tablet.device.key, label: tablet.device.label, time: tablet.now() };
    Object.keys(told).forEach(function (name) { form.append(name, told[name]); });
    form.append("photo", new Blob([row.bytes], { type: "image/jpeg" }), "photo.jpg");
    try {
      var one = await ask("/photos", { method: "POST", headers: { "X-CSRFToken": link.csrf }, body: form }, 90000);
      Object.assign(row, { state: "received", sha256: one.sha256, received_at: one.received_at, message: "", bytes: null, remote: one.id });
    } catch (odd) {
      if (!(odd instanceof Refused) || (odd.status !== 409 && odd.status !== 422)) throw odd;
      row.tries = (row.tries || 0) + 1;
      row.message = odd.told.message;
      if (odd.status === 409 || row.tries > 2) row.state = "refused";
    }
    await tablet.store.put("photos", row);
    tablet.changed();
  }

  async function round() {
    if (!link.csrf) await tablet.fetchAll();
    do { var sent = await sendEntries(); tablet.changed(); } while (sent === BATCH);
    for (var row = tablet.waiting().photos[0]; row; row = tablet.waiting().photos[0]) await sendPhoto(row);
    var left = tablet.waiting();
    if (reported !== left.entries.length + left.photos.length) await sendEntries();
  }

  async function attempt(fresh) {
    try {
      await round();
      say("ok");
    } catch (odd) {
      if (!(odd instanceof Refused)) return say("offline");
      if (odd.status === 400 && !fresh) {
        link.csrf = "";
        return attempt(true);
      }
      if (odd.status === 401 || odd.status === 400) {
        link.csrf = "";
        return say("login");
      }
      if (odd.told.code === "revoked") return say("revoked", odd.told.message);
      say("refused", odd.told.message || "服务器没有收下（" + odd.status + "），稍后再试。");
    }
  }

  /* One at a time; what is saved meanwhile goes with the next round. */
  tablet.sync = function () {
    if (running) { again = true; return running; }
    running = attempt(false).finally(function () {
      running = null;
      if (again) { again = false; if (link.status === "ok") tablet.sync(); }
    });
    return running;
  };

  tablet.keepSending = function () {
    setInterval(function () { if (document.visibilityState === "visible") tablet.sync(); }, EVERY);
    window.addEventListener("online", tablet.sync);
    window.addEventListener("offline", function () { say("offline"); });
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "visible") tablet.sync(); });
  };
})();
