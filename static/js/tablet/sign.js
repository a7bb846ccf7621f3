/* Signing on the screen with a pen, a finger or a mouse; and nobody signs while this tablet still holds something. */
(function () {
  "use strict";
  var ink = "#0b1f4b";

  function pad(box) {
    var canvas = box.querySelector("canvas"), pen = canvas.getContext("2d"), form = box.closest("form"), last = null, used = false;
    function clear() {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      used = false;
    }
    function spot(event) {
      var frame = canvas.getBoundingClientRect();
      return [(event.clientX - frame.left) * canvas.width / frame.width, (event.clientY - frame.top) * canvas.height / frame.height, event.pressure || 0.5];
    }
    canvas.addEventListener("pointerdown", function (event) {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = spot(event);
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!last) return;
      var next = spot(event);
      Object.assign(pen, { strokeStyle: ink, lineCap: "round", lineJoin: "round", lineWidth: 3 + 5 * next[2] });
      pen.beginPath();
      pen.moveTo(last[0], last[1]);
      pen.lineTo(next[0], next[1]);
      pen.stroke();
      last = next;
      used = true;
    });
    ["pointerup", "pointercancel"].forEach(function (name) { canvas.addEventListener(name, function () { last = null; }); });
    box.querySelector("[data-clear]").addEventListener("click", clear);
    form.addEventListener("submit", function () { form.elements.drawn.value = used ? canvas.toDataURL("image/png") : ""; });
    clear();
  }

  async function gate() {
    var box = document.querySelector("[data-waiting]"), check = Number(box.dataset.check), rows = [];
    try {
      rows = (await window.tablet.store.of("entries", check)).concat(await window.tablet.store.of("photos", check));
    } catch (odd) {
      return; /* nothing can be kept here, so nothing waits */
    }
    var left = rows.filter(function (row) { return row.state !== "received"; });
    if (!left.length) return;
    var refused = left.filter(function (row) { return row.state === "refused"; }).length;
    box.querySelector("[data-waiting-words]").textContent = "这台平板上还有 " + left.length + " 项没有发送" +
      (refused ? "（其中 " + refused + " 项没有收下，要退回修改后再发送，或者放弃）" : "") + "，请回到检查页面处理完再签字。";
    box.hidden = false;
    document.querySelectorAll("[data-gate]").forEach(function (one) { one.hidden = true; });
  }

  document.querySelectorAll("[data-pad]").forEach(pad);
  if (document.querySelector("[data-waiting]")) gate();
})();
