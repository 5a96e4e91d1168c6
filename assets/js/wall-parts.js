// Parts of the big screen: puts markup in place, counts numbers up, grows the ring from its old end.
window.fzWall = (function () {
  "use strict";
  var wall = document.getElementById("wall");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* From one value to the next, whatever the units and languages in which the two are written. */
  function count(element, from) {
    var node = element.firstChild, goal = node.textContent, to = parseFloat(element.dataset.value);
    var per = Number(element.dataset.per), decimals = Number(element.dataset.decimals);
    if (calm || !isFinite(from) || !isFinite(to) || from === to) { return; }
    var began = performance.now();
    (function step(now) {
      var share = Math.max(0, Math.min(1, (now - began) / 600)), eased = 1 - Math.pow(1 - share, 3);
      node.textContent = share < 1
        ? ((from + (to - from) * eased) / per).toLocaleString(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
        : goal;
      if (share < 1) { requestAnimationFrame(step); }
    })(began);
  }
  function numbersOf(part) {
    var found = {};
    part.querySelectorAll("[data-count]").forEach(function (e) { found[e.dataset.count] = parseFloat(e.dataset.value); });
    return found;
  }
  /* Long words: first smaller on one line, then on two lines and smaller still, then cut, the whole in the title. */
  function fitOne(element) {
    var floor = parseFloat(element.dataset.fit), one = Math.max(floor, 0.86), size = 1, words = document.createRange();
    function over() {
      words.selectNodeContents(element);
      return words.getBoundingClientRect().width > element.getBoundingClientRect().width + 0.1 || element.scrollHeight > element.clientHeight + 2;
    }
    function at(share, lines) {
      size = share;
      element.style.setProperty("--s", share.toFixed(3));
      element.classList.toggle("fz-two", lines === 2);
      return !over();
    }
    element.style.inlineSize = "";
    if (!element.clientWidth || at(1, 1)) { return; }
    for (var share = 0.95; share > one - 0.001; share -= 0.045) { if (at(share, 1)) { return; } }
    for (share = 1; share > floor - 0.001; share -= 0.04) { if (at(share, 2)) { snug(); return; } }
    if (size > floor) { at(floor, 2); }
    snug();
    function snug() {  // in a row the number stands by its name
      words.selectNodeContents(element);
      if (element.closest("[data-turn]")) { element.style.inlineSize = Math.ceil(words.getBoundingClientRect().width) + 1 + "px"; }
    }
  }
  /* Labels of a rose stay within their picture: a name that does not is cut, its number never. */
  function label(text) {
    var svg = text.ownerSVGElement, room = svg.viewBox.baseVal, name = text.firstChild, whole = name && name.data;
    var column = text.hasAttribute("data-column");
    if (!whole || name.nodeType !== 3 || !text.querySelector("tspan")) { return; }
    function over() {
      var box = text.getBBox();
      return box.x < room.x - (column ? 8 : 31) || box.x + box.width > room.x + room.width + 8;
    }
    var out = room.x - 30 - text.getBBox().x;
    if (out > 0 && !column) { text.setAttribute("x", Number(text.getAttribute("x")) + out); }
    for (var keep = whole.length - 1; keep > 1 && over(); keep -= 1) { name.data = whole.slice(0, keep).trimEnd() + "…"; }
    if (name.data !== whole) {
      var title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = whole;
      text.appendChild(title);
    }
  }
  /* The distance of a ring gives way to a label that lies over it. */
  function clear(text) {
    var own = text.getBBox();
    var under = [].some.call(text.ownerSVGElement.querySelectorAll("text:has(tspan)"), function (other) {
      var box = other.getBBox();
      return box.x < own.x + own.width && own.x < box.x + box.width && box.y < own.y + own.height && own.y < box.y + box.height;
    });
    text.style.opacity = under ? 0 : "";
  }
  function fit(within) {
    within.querySelectorAll("[data-fit]").forEach(fitOne);
    within.querySelectorAll("svg text").forEach(label);
    within.querySelectorAll('svg text[paint-order]:not(:has(tspan))').forEach(clear);
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
      fit(part);
      if (part.closest(".fz-on")) {
        part.querySelectorAll("[data-count]").forEach(function (e) { count(e, before[e.dataset.count]); });
      }
    });
    return changed;
  }
  /* The look that the event has of its own, or none. */
  function dress(href) {
    var link = document.getElementById("wall-look");
    if (!link && href) {
      link = document.createElement("link");
      link.rel = "stylesheet";
      link.id = "wall-look";
      document.head.appendChild(link);
    }
    if (link && link.getAttribute("href") !== href) { if (href) { link.setAttribute("href", href); } else { link.remove(); } }
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
  return { wall: wall, calm: calm, place: place, ring: ring, close: close, fit: fit, dress: dress };
})();
