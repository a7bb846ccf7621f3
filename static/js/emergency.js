/* The minutes until somebody takes over, counted down; what is typed about the emergency is kept piece by piece. */
(function () {
  "use strict";

  function words(left) {
    var all = Math.abs(left), seconds = all % 60;
    return (left > 0 ? "还剩 " : "已超 ") + Math.floor(all / 60) + " 分 " + (seconds < 10 ? "0" : "") + seconds + " 秒";
  }

  function count(clock) {
    var shown = /(\d+) 分 (\d+) 秒/.exec(clock.dataset.left);
    if (!shown) return;
    var left = (Number(shown[1]) * 60 + Number(shown[2])) * (clock.dataset.left.indexOf("已超") === 0 ? -1 : 1);
    var since = Date.now();
    setInterval(function () {
      var now = left - Math.floor((Date.now() - since) / 1000);
      clock.textContent = words(now);
      if (now <= 0) clock.closest(".alarm-clock").classList.add("is-danger");
    }, 1000);
  }

  function keep(form, field, said) {
    var old = form.elements["old-" + field.name], sent = field.value;
    if (!old || old.value === sent) return;
    var data = new FormData();
    ["csrf_token"].forEach(function (name) { data.append(name, form.elements[name].value); });
    data.append(field.name, sent);
    data.append(old.name, old.value);
    said.textContent = "正在保存…";
    fetch(form.dataset.autosaveUrl, { method: "POST", body: data, headers: { "X-Autosave": "1" }, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status === 204) {
          old.value = sent;
          said.textContent = "已保存";
          return null;
        }
        return answer.text().then(function (text) { said.textContent = answer.status === 409 ? text : "没有保存成功，请按“保存”。"; });
      })
      .catch(function () { said.textContent = "没有保存成功，请按“保存”。"; });
  }

  function start() {
    document.querySelectorAll("[data-due]").forEach(count);
    var form = document.getElementById("pieces");
    if (!form) return;
    var said = form.querySelector("[data-saved]");
    form.addEventListener("change", function (event) { keep(form, event.target, said); });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
