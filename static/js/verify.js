/* The digest of a dropped file is made in the browser where that is possible (https or localhost); the file itself is
   then not sent. Everywhere else the plain upload of the form does the same on the server. */
(function () {
  "use strict";
  var form = document.getElementById("verify-form");
  if (!form) return;
  var input = form.querySelector("[data-verify-file]"), digest = form.querySelector("[name=sha256]");
  var able = Boolean(window.crypto && window.crypto.subtle && window.FileReader);

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }

  function check(file) {
    file.arrayBuffer().then(function (bytes) { return window.crypto.subtle.digest("SHA-256", bytes); }).then(function (found) {
      digest.value = hex(found);
      input.value = "";
      form.submit();
    });
  }

  form.addEventListener("submit", function (event) {
    if (!able || !input.files.length) return;
    event.preventDefault();
    check(input.files[0]);
  });

  ["dragover", "dragleave", "drop"].forEach(function (name) {
    form.addEventListener(name, function (event) {
      event.preventDefault();
      form.classList.toggle("drop-here", name === "dragover");
    });
  });
  form.addEventListener("drop", function (event) {
    var files = event.dataTransfer.files;
    if (!files.length) return;
    if (able) return check(files[0]);
    input.files = files;
  });
})();
