// Runs in the page before its own scripts. Notes on a board what a person could see and when, in milliseconds since
// 1970. Nothing of the page is changed. All is noted from the top frame: the map's frame starts as an empty document
// whose window is used again, so a script put into it would watch the wrong one.
(() => {
  "use strict";
  if (window.top !== window) return;
  window.__board = { start: performance.timeOrigin, marks: [] };
  const now = () => performance.timeOrigin + performance.now();
  const mark = (kind, more) => window.__board.marks.push(Object.assign({ kind, at: now() }, more));
  // A map on a canvas is drawn in the next animation frame: it can be seen once that frame is over.
  const onceSeen = (frame, then) => frame.requestAnimationFrame(() => frame.requestAnimationFrame(then));
  const isMap = (frame) => frame && frame.location.pathname.includes("/component/streamlit_folium");

  window.addEventListener("pointerdown", () => mark("chosen"), true);
  let headline = null;
  new MutationObserver((changes) => {
    if (!headline) {
      headline = document.querySelector(".sp-headline");
      if (headline) onceSeen(window, () => mark("headline"));
    }
    changes.forEach((change) => change.addedNodes.forEach((node) => {
      if (node.nodeType !== 1) return;
      [node, ...node.querySelectorAll("iframe")].forEach((inner) => { if (inner.tagName === "IFRAME") follow(inner); });
    }));
  }).observe(document, { childList: true, subtree: true });

  function follow(iframe) {
    const timer = setInterval(() => {
      if (!iframe.isConnected) { clearInterval(timer); return; }
      if (!isMap(iframe.contentWindow)) return;
      clearInterval(timer);
      watch(iframe.contentWindow, iframe.contentDocument);
    }, 4);
  }

  function watch(frame, held) {
    const id = Math.random().toString(36).slice(2);  // tells a frame that stays from one that was made anew
    let drawn = null;
    function look() {
      const ours = held.querySelector(".leaflet-container[data-drawn]");
      // The peer's layers are all put in while its script runs; streamlit-folium sets window.map at the script's end.
      const whole = !frame.strongPlaces && frame.map && frame.map.getContainer ? "whole" : null;
      const state = ours ? ours.dataset.drawn : whole;
      if (state === null || state === drawn) return;
      drawn = state;
      const seen = { frame: id, drawn, values: ours ? ours.dataset.values : "", layers: layers(frame) };
      onceSeen(frame, () => mark("painted", seen));
    }
    new MutationObserver(look).observe(held, {
      childList: true, subtree: true, attributes: true, attributeFilter: ["data-drawn"],
    });
    look();
  }

  function layers(frame) {
    if (frame.strongPlaces) return frame.strongPlaces.state().zones;
    return Object.values(frame.map._layers).filter((layer) => layer.setStyle && !layer.getLayers).length;
  }
})();
