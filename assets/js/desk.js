// The desk's own script: keeps live pages live, keeps the query when the language changes, copies links.
(function () {
  "use strict";
  var source = null, chip = null, body = null, asOf = "", waiting = null, newest = 0;

  function inZone(language, look, at) {
    return new Intl.DateTimeFormat(language, Object.assign({ timeZone: chip.dataset.liveZone }, look)).format(at);
  }
  /* The time of an instant in the event's zone, after its day where that is not today there. */
  function clock(instant) {
    var at = new Date(instant), language = document.documentElement.lang || "en", chinese = language.indexOf("zh") === 0;
    var day = { year: "numeric", month: "short", day: "numeric" };
    try {
      var time = inZone("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, at);
      if (inZone("en-GB", day, at) === inZone("en-GB", day, new Date())) { return time; }
      return inZone(language === "en" ? "en-GB" : language, day, at).replace("Sept ", "Sep ") + (chinese ? " " : ", ") + time;
    } catch (error) { return ""; }
  }
  function tell(away) {
    if (!chip) { return; }
    chip.classList.toggle("fz-live-away", away);
    chip.textContent = away ? chip.dataset.awayWords + " " + clock(asOf) : chip.dataset.liveWords + " · " + clock(asOf);
    if (body) { body.classList.toggle("fz-stale", away); }
  }
  /* A new version is asked for once the last answer has stood twice as long as it took (four seconds at most), and while somebody
     looks: what takes the server long is asked for seldom, and never twice at a time. */
  var RESTS = 2, LEAST_MS = 400, MOST_MS = 4000, LOST_MS = 30000, askedAt = 0, answeredAt = 0, tookMs = 0;
  function hand(version) {
    newest = Math.max(newest, version);
    if (!waiting && !askedAt && newest > shownVersion()) {
      later(Math.max(LEAST_MS, answeredAt + Math.min(RESTS * tookMs, MOST_MS) - performance.now()));
    }
  }
  function later(ms) {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      waiting = null;
      askedAt = 0;
      if (document.hidden || newest <= shownVersion()) { return; }
      askedAt = performance.now();
      window.dash_clientside.set_props("organiser-version", { data: newest });
      later(LOST_MS);
    }, ms);
  }
  function shownVersion() { return Number(chip.dataset.liveVersion); }
  function answered() {
    var mark = document.getElementById("organiser-moment");
    if (!mark || !chip || mark.dataset.version === chip.dataset.liveVersion) { return; }
    chip.dataset.liveVersion = mark.dataset.version;
    if (askedAt) {
      answeredAt = performance.now();
      tookMs = answeredAt - askedAt;
      askedAt = 0;
      clearTimeout(waiting);
      waiting = null;
    }
    hand(newest);
  }
  document.addEventListener("visibilitychange", function () { if (chip && !document.hidden) { hand(newest); } });
  function listen() {
    if (source) { source.close(); }
    source = new EventSource("/api/v1/events/" + encodeURIComponent(chip.dataset.liveSlug) + "/live");
    source.addEventListener("snapshot", function (event) {
      var snapshot = JSON.parse(event.data);
      asOf = snapshot.as_of;
      tell(false);
      hand(snapshot.version);
    });
    source.onerror = function () {
      tell(true);
      if (source.readyState === 2) { setTimeout(listen, 3000); }
    };
  }
  /* A file's field is made by the page framework without a name of its own: what stands on it names it. */
  function name() {
    document.querySelectorAll(".fz-upload input[type=file]:not([aria-label])").forEach(function (input) {
      input.setAttribute("aria-label", input.parentElement.textContent.trim());
    });
  }
  /* Choices are made as a list box of options with a field in each, which no reader can tell: the fields themselves
     are what is chosen, and the fieldset around them has the name. A drop-down's button takes the focus itself. */
  function mend() {
    document.querySelectorAll(".dash-options-list[role=listbox]").forEach(function (list) {
      if (list.closest(".dash-dropdown-content")) { return; }
      list.removeAttribute("role");
    });
    document.querySelectorAll(".dash-options-list:not([role]) > [role=option], .dash-options-list:not([role]) > label[aria-selected]").forEach(function (option) {
      option.removeAttribute("role");
      option.removeAttribute("aria-selected");
    });
    document.querySelectorAll(".dash-dropdown-focus-target:not([hidden])").forEach(function (input) {
      input.hidden = true;
      input.nextElementSibling.tabIndex = 0;
    });
  }
  /* A file above its limit is dropped by the page framework without a word: a sentence stands ready beside it. */
  function weigh(event) {
    var box = event.target.closest && event.target.closest(".fz-upload");
    var files = event.target.files || (event.dataTransfer && event.dataTransfer.files);
    var frame = box && (box.parentElement.querySelector("[data-too-large]") ? box : box.parentElement).parentElement;
    var told = frame && frame.querySelector("[data-too-large]");
    if (told && files && files.length) { told.hidden = files[0].size <= Number(told.dataset.tooLarge); }
  }
  document.addEventListener("change", weigh, true);
  document.addEventListener("drop", weigh, true);
  /* Dash draws all that a callback answers as new elements. Who is at one of them stays there: the new one keeps the focus, what
     was opened stays open, what was scrolled stays scrolled. An element is found again by its id, or else by its way
     down from the nearest ancestor that has one. */
  var last = null, opened = new Map(), scrolled = {};
  function wayTo(element) {
    var steps = [];
    for (var at = element; at && at.parentElement; at = at.parentElement) {
      if (at.id) { return { id: at.id, steps: steps, tag: element.tagName, page: location.pathname }; }
      steps.unshift(Array.prototype.indexOf.call(at.parentElement.children, at));
    }
    return null;
  }
  function again(way) {
    if (!way || way.page !== location.pathname) { return null; }
    var at = document.getElementById(way.id);
    way.steps.forEach(function (step) { at = at && at.children[step]; });
    return at && at.tagName === way.tag ? at : null;
  }
  document.addEventListener("focusin", function (event) { last = { element: event.target, way: wayTo(event.target) }; });
  document.addEventListener("pointerdown", function () { last = null; });
  document.addEventListener("toggle", function (event) {
    if (event.target.tagName !== "DETAILS") { return; }
    var details = event.target;
    if (!details.open) { opened.delete(details); return; }
    opened.set(details, wayTo(details));
    setTimeout(function () { rewind(details); });  // what is written when it opens is there then
  }, true);
  document.addEventListener("scroll", function (event) {
    var box = event.target, way = wayTo(box);
    if (way) { scrolled[[way.page, way.id].concat(way.steps).join()] = { element: box, way: way, top: box.scrollTop, left: box.scrollLeft }; }
  }, true);
  /* Once for each new element (and what opens): whoever scrolls on is followed. */
  function rewind(within) {
    Object.keys(scrolled).forEach(function (key) {
      var kept = scrolled[key];
      if (kept.element.isConnected && !(within && within.contains(kept.element))) { return; }
      kept.element = again(kept.way);
      if (!kept.element) { delete scrolled[key]; return; }
      kept.element.scrollTop = kept.top;
      kept.element.scrollLeft = kept.left;
    });
  }
  function hold() {
    opened.forEach(function (way, element) {
      if (element.isConnected) { return; }
      opened.delete(element);
      var anew = element.open && again(way);
      if (anew) { anew.open = true; opened.set(anew, way); }
    });
    rewind();
    if (!last || last.element.isConnected || document.activeElement !== document.body) { return; }
    var anew = again(last.way);
    if (anew) { anew.focus({ preventScroll: true }); }
  }
  function look() {
    name();
    mend();
    hold();
    var found = document.querySelector("[data-live-slug]");
    if (found && found !== chip) {
      chip = found;
      body = document.getElementById("organiser-body");
      asOf = chip.dataset.liveAsOf;
      clearTimeout(waiting);
      waiting = null;
      newest = askedAt = answeredAt = tookMs = 0;
      listen();
    }
    answered();
  }
  /* On a phone the rail's doors are behind a button: Escape and a click elsewhere close them. */
  function doors(open) {
    var opener = document.querySelector(".fz-rail-menu");
    if (!opener || opener.getAttribute("aria-expanded") === String(open)) { return null; }
    opener.setAttribute("aria-expanded", String(open));
    opener.closest(".fz-rail").classList.toggle("fz-rail-open", open);
    return opener;
  }
  document.addEventListener("keydown", function (event) {
    var opener = event.key === "Escape" ? doors(false) : null;
    if (opener) { opener.focus(); }
  });
  document.addEventListener("click", function (event) {
    var menu = event.target.closest && event.target.closest(".fz-rail-menu");
    if (menu) { doors(menu.getAttribute("aria-expanded") !== "true"); return; }
    if (!event.target.closest(".fz-rail")) { doors(false); }
    var link = event.target.closest && event.target.closest('a[href^="?lang="]');
    if (link) {
      var query = new URLSearchParams(location.search);
      query.set("lang", new URLSearchParams(link.getAttribute("href")).get("lang"));
      event.preventDefault();
      location.search = query.toString();
      return;
    }
    var copier = event.target.closest && event.target.closest("[data-copy]");
    if (copier) {
      var text = copier.dataset.copy || location.href, said = copier.querySelector("span:last-child");
      copy(text).then(function () {
        var label = copier.getAttribute("aria-label"), before = said ? said.textContent : label;
        if (before === copier.dataset.copied) { return; }
        var say = function (words) {
          if (said) { said.textContent = words; } else { copier.setAttribute("aria-label", words); }
          copier.classList.toggle("fz-copied", words !== before);
        };
        say(copier.dataset.copied);
        setTimeout(function () { say(before); }, 2000);
      }, function () { window.prompt("", text); });
    }
  });
  // On http, where browsers keep the clipboard from pages, a selected field is copied as by hand.
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) { return navigator.clipboard.writeText(text); }
    var field = document.createElement("textarea"), focused = document.activeElement;
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "visually-hidden";
    document.body.appendChild(field);
    field.select();
    var done = document.execCommand("copy");
    field.remove();
    if (focused && focused.focus) { focused.focus(); }
    return done ? Promise.resolve() : Promise.reject();
  }
  new MutationObserver(look).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-selected", "data-version"]
  });
  look();
})();
