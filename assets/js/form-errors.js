// Sentences about wrong fields: each goes when its field is changed, and is told with the field; in a form that wants it
// the focus goes to the first.
(function () {
  "use strict";
  var PLACE = ".fz-error-place, p.fz-error[id$='-error']";
  var FIELD = "input:not([type=hidden]):not(:disabled), textarea:not(:disabled), select:not(:disabled), button.dash-dropdown";
  function placeIn(node) {
    return Array.prototype.find.call(node.children, function (each) { return each.matches(PLACE); });
  }
  function placeOf(node) {
    for (; node && node.parentElement && !node.matches(".fz-form"); node = node.parentElement) {
      if (placeIn(node)) { return placeIn(node); }
    }
    return null;
  }
  function changed(event) {
    var target = event.target;
    if (!target.matches || target.matches(".dash-dropdown-search")) { return; }
    var place = placeOf(target);
    if (place && place.firstChild) {
      window.dash_clientside.set_props(place.id[0] === "{" ? JSON.parse(place.id) : place.id, { children: [] });
    }
  }
  ["input", "change"].forEach(function (name) { document.addEventListener(name, changed); });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest(".dash-dropdown-option")) { changed(event); }
  });

  /* What a field's sentence says is said of the field, also to those who do not see it. */
  function tell(place) {
    var field = place.parentElement && place.parentElement.querySelector(FIELD);
    if (!field) { return null; }
    if (!place.firstChild) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      return null;
    }
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", place.id);
    return field;
  }
  new MutationObserver(function (records) {
    var places = records.map(function (each) { return each.target; }).filter(function (each) { return each.matches(PLACE); });
    var wrong = places.map(tell).filter(function (field) { return field && field.closest("[data-first-wrong]"); });
    wrong.sort(function (a, b) { return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1; });
    if (wrong.length) { wrong[0].focus(); }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
