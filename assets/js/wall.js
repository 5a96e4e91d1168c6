// Keeps the big screen live: puts in place what the stream sends, counts numbers up, tells when the server is away.
(function () {
  "use strict";
  var wall = document.getElementById("wall");
  var clock = document.getElementById("wall-live");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var heardAt = Date.now(), asOf = clock.textContent.replace(/^\D+/, ""), source = null, turn = 0;

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
  function place(name, markup) {
    var part = wall.querySelector('[data-part="' + name + '"]');
    if (!part || part.dataset.markup === markup) { return; }
    var before = numbersOf(part);
    part.innerHTML = markup;
    part.dataset.markup = markup;
    part.querySelectorAll("[data-count]").forEach(function (e) { count(e, before[e.dataset.count]); });
    if (name === "boards") { show(0); }
  }
  function ring(shares) {
    var start = { retired: 0, reserved: shares.retired, extra: 0 };
    Object.keys(start).forEach(function (name) {
      var arc = wall.querySelector('[data-arc="' + name + '"]');
      arc.setAttribute("stroke-dasharray", shares[name].toFixed(3) + " 200");
      arc.setAttribute("stroke-dashoffset", (-start[name]).toFixed(3));
    });
  }
  function show(step) {
    var boards = wall.querySelectorAll("[data-turn]");
    turn = boards.length ? (turn + step) % boards.length : 0;
    boards.forEach(function (board, i) { board.hidden = i !== turn; });
  }
  function tell() {
    var silent = (Date.now() - heardAt) / 1000, away = silent > 20 || !source || source.readyState === 2;
    wall.classList.toggle("fz-wall-stale", away);
    clock.textContent = (away ? wall.dataset.stale : wall.dataset.live) + " " + asOf;
  }
  function heard() { heardAt = Date.now(); }
  function listen() {
    source = new EventSource(wall.dataset.stream);
    source.addEventListener("snapshot", function (event) {
      var frame = JSON.parse(event.data);
      heard();
      asOf = frame.clock;
      Object.keys(frame.parts).forEach(function (name) { place(name, frame.parts[name]); });
      ring(frame.ring);
      wall.dataset.version = frame.version;
      tell();
    });
    source.addEventListener("beat", heard);
    source.addEventListener("revoked", function () { source.close(); heardAt = 0; tell(); });
    source.onopen = heard;
    source.onerror = function () {
      heardAt = Math.min(heardAt, Date.now() - 19000);
      if (source.readyState === 2) { setTimeout(listen, 3000); }
      setTimeout(tell, 1500);
    };
  }
  show(0);
  listen();
  setInterval(tell, 1000);
  if (!calm) { setInterval(function () { show(1); }, 12000); }
  setInterval(function () {
    var shift = function () { return Math.round(Math.random() * 8 - 4) + "px"; };
    wall.style.transform = "translate(" + shift() + "," + shift() + ")";
  }, 600000);
})();
