// The big screen: listens to its stream, follows the remote control, lets layouts and languages take turns by the
// server's clock (so that screens beside each other turn together), rests at night, and comes back by itself.
(function () {
  "use strict";
  var parts = window.fzWall, wall = parts.wall, root = document.documentElement;
  var live = document.getElementById("wall-live"), passed = document.getElementById("wall-passed");
  var words = {}, labels = { live: wall.dataset.live, stale: wall.dataset.stale }, shares = null;
  var control = null, offered = wall.dataset.offered.split(" "), spoken = "", shown = wall.dataset.layout, identified = null, milestones = null;
  var heardAt = Date.now(), lastAt = heardAt, asOf = live.textContent.replace(/^\D+/, ""), source = null, offset = 0, turn = 0;
  var NOT_PARTS = { lang: 1, live: 1, stale: 1 };
  var SHIFTS = [[0, 0], [4, 0], [4, 4], [0, 4], [-4, 4], [-4, 0], [-4, -4], [0, -4], [4, -4]];

  function now() { return Date.now() + offset; }
  function timeOfDay(at) {
    try {
      return new Intl.DateTimeFormat("en-GB", { timeZone: wall.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at || now()));
    } catch (error) { return ""; }
  }
  function between(time, from, to) {
    if (!from || !to || !time) { return false; }
    return from <= to ? time >= from && time < to : time >= from || time < to;
  }
  function fade(work) {
    if (parts.calm) { work(); return; }
    wall.classList.add("fz-wall-fading");
    setTimeout(function () { work(); wall.classList.remove("fz-wall-fading"); }, 320);
  }
  /* ---- words: every part in the language whose turn it is */
  function say(language) {
    var told = words[language];
    if (!told) { return; }
    spoken = language;
    root.lang = told.lang;
    labels = { live: told.live, stale: told.stale };
    Object.keys(told).forEach(function (name) {
      if (NOT_PARTS[name] || (name === "ticker" && control && control.ticker_paused)) { return; }
      if (parts.place(name, told[name]) && name === "turns") { board(0); }
    });
    tell();
  }
  function languages() {
    var told = control && control.languages.length ? control.languages : Object.keys(words);
    return told.filter(function (code) { return words[code]; });
  }
  function languageNow() {
    var all = languages();
    return all.length ? all[Math.floor(now() / 1000 / (control ? control.language_seconds : 20)) % all.length] : "";
  }
  /* ---- layouts */
  function layoutNow() {
    if (!control) { return shown; }
    if (!control.rotating || !control.rotation.length) { return offered.indexOf(control.layout) < 0 ? "hall" : control.layout; }
    var turns = control.rotation.filter(function (one) { return offered.indexOf(one[0]) >= 0; });
    var whole = turns.reduce(function (sum, one) { return sum + one[1]; }, 0);
    var at = (now() / 1000) % (whole || 1);
    for (var i = 0; i < turns.length; i++) {
      at -= turns[i][1];
      if (at < 0) { return turns[i][0]; }
    }
    return control.layout;
  }
  function show(layout) {
    shown = layout;
    wall.dataset.layout = layout;
    wall.querySelectorAll("[data-layout]").forEach(function (stage) {
      var on = stage.dataset.layout === layout;
      stage.classList.toggle("fz-on", on);
      stage.setAttribute("aria-hidden", String(!on));
      if (on && layout === "closing" && shares) { parts.close(shares, stage); }
    });
  }
  function board(step) {
    var boards = wall.querySelectorAll("[data-turn]");
    turn = boards.length ? (turn + step) % boards.length : 0;
    boards.forEach(function (one, i) { one.hidden = i !== turn; });
    if (boards.length) { parts.fit(boards[turn]); }
  }
  /* ---- theme, quiet hours, the screen's own name */
  function look() {
    var time = timeOfDay(), theme = (control && control.theme) || wall.dataset.theme;
    if (theme === "clock") { theme = between(time, control.light_from, control.light_to) ? "light" : "dark"; }
    var quiet = control && between(time, control.quiet_from, control.quiet_to);
    root.dataset.theme = quiet || wall.classList.contains("fz-wall-revoked") ? "dark" : theme;
    wall.classList.toggle("fz-wall-quiet", Boolean(quiet) && control.quiet_shows === "clock");
    wall.classList.toggle("fz-wall-dim", Boolean(quiet) && control.quiet_shows === "dim");
    document.getElementById("wall-quiet-clock").textContent = time;
  }
  function over(element, seconds) {
    element.classList.add("fz-on");
    clearTimeout(element.fzEnds);
    element.fzEnds = setTimeout(function () { element.classList.remove("fz-on"); }, seconds * 1000);
  }
  function told(message) {
    control = message;
    offset = Date.parse(message.now) - Date.now();
    if (identified !== null && message.identified !== identified) {
      document.getElementById("wall-name-words").textContent = message.name || "–";
      over(document.getElementById("wall-name"), 8);
    }
    identified = message.identified;
    if (words[spoken]) { say(spoken); }
    step();
  }
  /* ---- milestones: a calm moment, once each, also over a reload */
  function celebrate(reached) {
    var kept = null;
    try { kept = JSON.parse(sessionStorage.getItem("fz.passed")); } catch (error) { kept = null; }
    var before = milestones || kept;
    milestones = reached;
    try { sessionStorage.setItem("fz.passed", JSON.stringify(reached)); } catch (error) { return; }
    if (!before) { return; }
    ["covered_t", "people"].some(function (kind) {
      if (!(reached[kind] > (before[kind] || 0))) { return false; }
      passed.querySelectorAll("[data-part]").forEach(function (part) {
        part.hidden = part.dataset.part !== (kind === "people" ? "passed-people" : "passed-covered");
      });
      passed.dataset.passed = kind + "-" + reached[kind];
      over(passed, 12);
      return true;
    });
  }
  /* ---- the stream */
  function tell() {
    var silent = (Date.now() - heardAt) / 1000, away = silent > 20 || !source || source.readyState === 2;
    wall.classList.toggle("fz-wall-stale", away);
    live.textContent = (away ? labels.stale : labels.live) + " " + (timeOfDay(away ? lastAt + offset : 0) || asOf);
  }
  function heard() { heardAt = lastAt = Date.now(); }
  function renewed(build) {
    var last = 0;
    try { last = Number(sessionStorage.getItem("fz.renewed")); } catch (error) { return; }
    if (build && build !== wall.dataset.build && Date.now() - last > 60000) {
      sessionStorage.setItem("fz.renewed", String(Date.now()));
      location.reload();
    }
  }
  function snapshot(frame) {
    heard();
    asOf = frame.clock;
    Object.keys(words).forEach(function (code) { if (!frame.words[code]) { delete words[code]; } });
    Object.keys(frame.words).forEach(function (code) { words[code] = Object.assign(words[code] || {}, frame.words[code]); });
    shares = frame.ring;
    offered = frame.offered;
    parts.dress(frame.look);
    parts.ring(shares);
    say(words[spoken] ? spoken : languageNow());
    celebrate(frame.milestones);
    wall.classList.toggle("fz-wall-waiting", frame.waiting && wall.dataset.preview === undefined);
    wall.dataset.version = frame.version;
    step();
    renewed(frame.build);
  }
  function listen() {
    source = new EventSource(wall.dataset.stream);
    source.addEventListener("snapshot", function (event) { snapshot(JSON.parse(event.data)); });
    source.addEventListener("control", function (event) { heard(); told(JSON.parse(event.data)); });
    source.addEventListener("beat", heard);
    source.addEventListener("revoked", function () {
      source.close();
      heardAt = 0;
      wall.classList.add("fz-wall-revoked");
      look();
      tell();
    });
    source.onopen = heard;
    source.onerror = function () {
      heardAt = Math.min(heardAt, Date.now() - 19000);
      if (source.readyState === 2 && !wall.classList.contains("fz-wall-revoked")) { setTimeout(listen, 3000); }
      setTimeout(tell, 1500);
    };
  }
  /* ---- every second: whose turn it is */
  function step() {
    var layout = layoutNow(), language = languageNow();
    if (layout !== shown) { show(layout); }
    if (language && language !== spoken) { fade(function () { say(language); }); }
    look();
  }
  function shift() {
    var at = SHIFTS[Math.floor(now() / 600000) % SHIFTS.length];
    wall.style.translate = at.map(function (by) { return "calc(" + by + " * max(1px, var(--u)))"; }).join(" ");
  }
  board(0);
  show(shown);
  parts.fit(wall);
  window.addEventListener("resize", function () { parts.fit(wall); });
  if (document.fonts) {  // letters of a language whose turn it is come when it first speaks
    document.fonts.ready.then(function () { parts.fit(wall); });
    document.fonts.addEventListener("loadingdone", function () { parts.fit(wall); });
  }
  listen();
  shift();
  setInterval(tell, 1000);
  setInterval(step, 1000);
  setInterval(shift, 60000);
  setInterval(function () { board(1); }, 12000);
})();
