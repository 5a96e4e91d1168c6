// What the page framework's scripts need of its 99 KB polyfill on browsers of the last eight years: running a compiled
// generator. One state machine without try blocks, which is what those scripts hold; any other use fails aloud.
window.regeneratorRuntime = (function () {
  "use strict";
  var again = {};
  function wrap(step, _outer, self) {
    var context = {
      prev: 0, next: 0, sent: undefined, done: false, value: undefined,
      stop: function () { context.done = true; return context.value; },
      abrupt: function (kind, value) {
        if (kind !== "return") { throw new Error("generators.js: " + kind + " is not supported"); }
        context.value = value;
        context.next = "end";
        return again;
      }
    };
    return {
      next: function (sent) {
        var result;
        context.sent = sent;
        do { result = step.call(self, context); } while (result === again);
        return { value: result, done: context.done };
      },
      "throw": function (error) { throw error; }
    };
  }
  return { mark: function (make) { return make; }, wrap: wrap };
})();
