// A mailed link's code stands in the address's fragment: into the form with it, and out of the address. A form that
// asks for the code alone is sent at once: what it answers says what the link is for.
(function () {
  "use strict";
  var code = window.location.hash.slice(1), field = document.getElementById("link-code");
  if (!code || !field) { return; }
  field.value = code;
  var group = field.closest(".fz-field-group");
  if (group) { group.hidden = true; }
  window.history.replaceState(null, "", window.location.pathname);
  var next = document.getElementById("link-password");
  if (next) { next.focus(); } else if (field.form) { field.form.submit(); }
})();
