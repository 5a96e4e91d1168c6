// Parts of the big screen: puts markup in place, counts numbers up, grows the ring from its old end.
window.fzWall = (function () {
  "use strict";
  var wall = document.getElementById("wall");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function number(text) {
    var clean = text.replace(/[^\d.,\u066b-]/g, "").replace(/,(?=\d{3}(\D|$))/g, "");
    return parseFloat(clean.replace(",", "."));
  }
  function count(element, from) {
    var node = element.firstChild, goal = node.textContent, to = number(goal);
    var decimals = (goal.split(/[.](?=\d+$)/)[1] || "").length;
    if (calm || !isFinite(from) || !isFinite(to) || from === to) { return; }
    var began = performance.now();
    (function step(now) {
      var share = Math.min(1, (now - began) / 600), eased = 1 - Math.pow(1 - share, 3);
      node.textContent = share < 1
        ? (from + (to - from) * eased).toLocaleString(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
        : goal;
      if (share < 1) { requestAnimationFrame(step); }
    })(began);
  }
  function numbersOf(part) {
    var found = {};
    part.querySelectorAll("[data-count]").forEach(function (e) { found[e.dataset.count] = number(e.firstChild.textContent); });
    return found;
  }
  /* The markup of a part wherever it stands; numbers count on from where they were. True where anything changed. */
  function place(name, markup) {
    var changed = false;
    wall.querySelectorAll('[data-part="' + name + '"]').forEach(function (part) {
      if (part.dataset.markup === markup || (part.dataset.markup === undefined && part.innerHTML === markup)) { return; }
      var before = numbersOf(part);
      part.innerHTML = markup;
      part.dataset.markup = markup;
      changed = true;
      if (part.closest(".fz-on")) {
        part.querySelectorAll("[data-count]").forEach(function (e) { count(e, before[e.dataset.count]); });
      }
    });
    return changed;
  }
  function ring(shares, within) {
    var start = { retired: 0, reserved: shares.retired, extra: 0 };
    Object.keys(start).forEach(function (name) {
      (within || wall).querySelectorAll('[data-arc="' + name + '"]').forEach(function (arc) {
        arc.setAttribute("stroke-dasharray", shares[name].toFixed(3) + " 200");
        arc.setAttribute("stroke-dashoffset", (-start[name]).toFixed(3));
      });
    });
  }
  /* The ring of a ceremony: open first, then it closes as far as it has. */
  function close(shares, within) {
    if (calm) { ring(shares, within); return; }
    within.classList.add("fz-wall-still");
    ring({ retired: 0, reserved: 0, extra: 0 }, within);
    requestAnimationFrame(function () {
      requestAnimationFrame(function () { within.classList.remove("fz-wall-still"); ring(shares, within); });
    });
  }
  return { wall: wall, calm: calm, place: place, ring: ring, close: close };
})();
