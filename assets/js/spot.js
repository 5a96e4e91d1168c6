// The drawing around a town: a touch or a click sets the event's exact spot, arrow keys move it. What it is set to goes
// into the field beside it as if it had been typed there, and the server draws anew from that.
(function () {
  "use strict";
  var EARTH_KM = 6371.0088, DEGREE = Math.PI / 180, MIDDLE = 160, RADIUS = 132, SIZE = 320; // as in _parts/whereabouts.py
  var TURNS = { ArrowUp: 0, ArrowRight: 90, ArrowDown: 180, ArrowLeft: 270 };
  var last = null;

  function field() { return document.querySelector('[id=\'{"name":"spot","type":"setup"}\']'); }

  /* The point so far away in a direction (degrees clockwise from north). */
  function moved(lat, lon, azimuth, km) {
    var way = km / EARTH_KM, turn = azimuth * DEGREE, from = lat * DEGREE;
    var to = Math.asin(Math.sin(from) * Math.cos(way) + Math.cos(from) * Math.sin(way) * Math.cos(turn));
    var east = Math.atan2(Math.sin(turn) * Math.sin(way) * Math.cos(from), Math.cos(way) - Math.sin(from) * Math.sin(to));
    return { lat: to / DEGREE, lon: ((lon + east / DEGREE + 540) % 360) - 180 };
  }
  function put(point) {
    var input = field();
    if (!input || input.disabled) { return; }
    var text = point ? point.lat.toFixed(5) + ", " + point.lon.toFixed(5) : "";
    last = point && { text: text, lat: point.lat, lon: point.lon };
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  /* The pin goes at once to where it was set; the server's drawing follows. */
  function pin(drawn, x, y) {
    var mark = drawn.querySelector(".fz-spot-pin");
    mark.classList.remove("fz-spot-none");
    mark.style.left = 100 * x / SIZE + "%";
    mark.style.top = 100 * y / SIZE + "%";
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest("#setup-spot-back")) { put(null); document.getElementById("setup-spot-map").focus(); return; }
    var drawn = event.target.closest("#setup-spot-map .fz-spot-drawn");
    if (!drawn) { return; }
    var box = drawn.getBoundingClientRect();
    var x = (event.clientX - box.left) / box.width * SIZE, y = (event.clientY - box.top) / box.height * SIZE;
    var km = Math.hypot(x - MIDDLE, y - MIDDLE) / RADIUS * Number(drawn.dataset.reach);
    var azimuth = Math.atan2(x - MIDDLE, MIDDLE - y) / DEGREE;
    pin(drawn, x, y);
    put(moved(Number(drawn.dataset.lat), Number(drawn.dataset.lon), azimuth, km));
  });
  document.addEventListener("keydown", function (event) {
    var map = event.target.closest && event.target.closest("#setup-spot-map"), drawn = map && map.firstElementChild;
    if (!drawn || !(event.key in TURNS) || event.altKey || event.ctrlKey || event.metaKey) { return; }
    event.preventDefault();
    var input = field(), here = last && input && input.value === last.text
      ? last : { lat: Number(drawn.dataset.atLat), lon: Number(drawn.dataset.atLon) };
    var km = Number(drawn.dataset.reach) / (event.shiftKey ? 100 : 20);
    put(moved(here.lat, here.lon, TURNS[event.key], km));
  });
})();
