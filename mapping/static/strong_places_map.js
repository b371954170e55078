// The map in the browser. It is told what to show by one description (base64 JSON, see mapping/url_layer.py),
// fetches geometry once by address and numbers as they change, and sets every name with textContent.
(function () {
  "use strict";

  const fetched = new Map();      // address -> promise of its JSON; geometry is asked for once
  const held = { zones: [], zonesOf: null, marked: null, shown: null, outlines: [], labels: [], under: [], greens: [], assets: [], extras: [] };
  let map = null, spec = null, fittedToken = null, userMoved = false, positionTimer = null, picks = 0, serial = 0;
  let zoneData = null, valueData = null, assetData = null, assetShown = null, tiles = null, drawing = null;
  let tip = null, sizedFor = null, expectedView = null, sizing = false;

  const FIT = { animate: false, padding: [8, 8], maxZoom: 16 };

  function decode(text) {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))));
  }

  function getJson(path) {
    const address = spec.base + path;
    if (!fetched.has(address)) {
      const promise = fetch(address).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      });
      promise.catch(() => fetched.delete(address));
      fetched.set(address, promise);
    }
    return fetched.get(address);
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function say(text, fault) {
    let box = document.querySelector(".sp-message");
    if (!text) { if (box) box.remove(); return; }
    if (!box) {
      box = element("div", "sp-message");
      box.setAttribute("role", "status");
      map.getContainer().appendChild(box);
    }
    box.classList.toggle("sp-fault", Boolean(fault));
    box.textContent = text;
  }

  // ---- hatching: "no data" and "not covered" must be told apart without colour ---------------------------------
  const hatches = {};
  function hatch(kind) {
    if (hatches[kind]) return hatches[kind];
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const ink = tile.getContext("2d");
    ink.strokeStyle = kind === "estimate" ? "rgba(31,41,51,.28)" : "rgba(31,41,51,.6)";
    ink.lineWidth = 1;
    ink.beginPath();
    if (kind !== "estimate") { ink.moveTo(0, 8); ink.lineTo(8, 0); }
    if (kind === "estimate") { ink.arc(2, 2, 0.6, 0, 7); }
    if (kind === "not covered") { ink.moveTo(0, 0); ink.lineTo(8, 8); }
    ink.stroke();
    hatches[kind] = ink.createPattern(tile, "repeat");
    return hatches[kind];
  }

  const HatchCanvas = L.Canvas.extend({
    _fillStroke: function (ctx, layer) {
      L.Canvas.prototype._fillStroke.call(this, ctx, layer);
      if (layer.options.hatch) {
        ctx.globalAlpha = 1;
        ctx.fillStyle = hatch(layer.options.hatch);
        ctx.fill("evenodd");
      }
      if (layer.options.sign) sign(ctx, layer);
    },
  });

  // ---- assets: six colours and six shapes, a letter when near ----------------------------------------------------
  const SHAPES = { I: 0, A: 3, S: 4, P: -1, E: 5, C: 6 };  // corners; -1 = a circle, 0 = a diamond
  const Sign = L.CircleMarker.extend({
    _updatePath: function () { this._renderer._updateSign(this); },
  });
  HatchCanvas.include({
    _updateSign: function (layer) {
      if (!this._drawing || layer._empty()) return;
      const p = layer._point, r = Math.max(layer._radius, 1), ctx = this._ctx;
      const corners = SHAPES[layer.options.sign && layer.options.sign.letter];
      ctx.beginPath();
      if (corners === undefined || corners === -1) {
        ctx.arc(p.x, p.y, r, 0, Math.PI * 2);
      } else {
        const count = corners || 4, turn = corners === 4 ? Math.PI / 4 : -Math.PI / 2;
        for (let i = 0; i < count; i++) {
          const a = turn + (i * 2 * Math.PI) / count, grow = r * (count === 3 ? 1.35 : 1.15);
          ctx.lineTo(p.x + grow * Math.cos(a), p.y + grow * Math.sin(a));
        }
        ctx.closePath();
      }
      this._fillStroke(ctx, layer);
    },
  });
  function sign(ctx, layer) {
    const text = layer.options.sign.count || (layer._radius >= 8 ? layer.options.sign.letter : "");
    if (!text) return;
    ctx.globalAlpha = 1;
    ctx.fillStyle = layer.options.sign.ink;
    ctx.font = "600 " + (layer.options.sign.count ? 11 : 10) + "px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(text), layer._point.x, layer._point.y + 0.5);
  }

  let canvas = null, underCanvas = null;

  function clear(name) { held[name].forEach((layer) => layer.remove()); held[name] = []; }

  function shapesOf(collection, options, make) {
    return collection.features.map((feature) => {
      const g = feature.geometry;
      if (!g) return null;
      const depth = { Polygon: 1, MultiPolygon: 2, LineString: 0, MultiLineString: 1 }[g.type];
      if (depth === undefined) return null;
      const points = L.GeoJSON.coordsToLatLngs(g.coordinates, depth);
      return (make || L.polygon)(points, options).addTo(map);
    });
  }

  // ---- the ground -------------------------------------------------------------------------------------------------
  function start(given) {
    map = given;
    const viewport = document.querySelector("meta[name=viewport]");
    // folium forbids pinch zoom of the page; people who need it larger must be able to.
    document.querySelectorAll("meta[name=viewport]").forEach((m) => m.setAttribute("content", "width=device-width, initial-scale=1"));
    if (!viewport) document.head.appendChild(Object.assign(element("meta"), { name: "viewport", content: "width=device-width, initial-scale=1" }));
    map.createPane("under").style.zIndex = 300;
    map.getPane("under").style.pointerEvents = "none";
    underCanvas = L.canvas({ pane: "under", padding: 0.4 });
    canvas = new HatchCanvas({ padding: 0.4 });
    map.attributionControl.setPrefix(false);
    map.scrollWheelZoom.disable();  // a page must scroll past its map
    map.on("focus click", () => map.scrollWheelZoom.enable());
    map.getContainer().addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
    if (L.Browser.mobile) {
      map.dragging.disable();      // one finger scrolls the page, two move the map
      map.getContainer().addEventListener("touchmove", (e) => {
        if (e.touches.length === 1) { say("Use two fingers to move the map."); setTimeout(() => say(""), 1500); }
      }, { passive: true });
    }
    map.on("zoomend moveend", () => { far(); drawAssets(); weighGreens(); });
    map.on("moveend", moved);
    if (!L.Browser.mobile) L.control.scale({ imperial: true, metric: true, position: "topright" }).addTo(map);
    tip = L.tooltip({ sticky: true, className: "sp-tip", opacity: 1 });
    far();
  }

  // Names are shown where they do not run into each other; largest wards first.
  let placed = [];
  function far() {
    placed = [];
    held.labels.forEach((label) => {
      const box = label.getElement();
      if (!box) return;
      box.style.display = "";
      const p = map.latLngToContainerPoint(label.getLatLng()), w = box.offsetWidth / 2 + 2, h = box.offsetHeight / 2 + 1;
      const crowded = placed.some((o) => Math.abs(o.x - p.x) < o.w + w && Math.abs(o.y - p.y) < o.h + h);
      if (crowded) box.style.display = "none"; else placed.push({ x: p.x, y: p.y, w, h });
    });
  }

  function size() {
    const frame = window.frameElement, outer = window.parent;
    let height = spec.height, narrow = false;
    try { narrow = outer.innerWidth < 700; if (narrow) height = Math.round(outer.innerHeight * 0.6); } catch (e) { /* framed elsewhere */ }
    const key = height + "/" + (frame ? frame.clientWidth : 0);
    if (sizedFor === key) return;
    sizedFor = key;
    map.getContainer().style.height = height + "px";
    map.getContainer().style.width = "100%";
    if (window.Streamlit) setTimeout(() => window.Streamlit.setFrameHeight(height), 0);
    sizing = true;  // a map that finds its size moves a little, but nobody has moved it
    map.invalidateSize({ animate: false });
    sizing = false;
    if (spec.view && fittedToken !== null && !userMoved) {
      map.fitBounds(spec.view.bounds, FIT);
      setExpected();
    }
  }

  // ---- the link: position lives in the address bar, rounded, and costs no message to the server -------------------
  function positionInLink() {
    try {
      const at = new URL(window.parent.location.href).searchParams.get("at") || "";
      const parts = at.split(",").map(Number);
      return parts.length === 3 && parts.every(Number.isFinite) && Math.abs(parts[0]) <= 90 && Math.abs(parts[1]) <= 180
        && parts[2] >= 8 && parts[2] <= 18 ? parts : null;
    } catch (e) { return null; }
  }
  function moved() {
    if (sizing || fittedToken === null) return;
    const c = map.getCenter();
    if (expectedView && Math.abs(c.lat - expectedView[0]) < 1e-6 && Math.abs(c.lng - expectedView[1]) < 1e-6 && map.getZoom() === expectedView[2]) return;
    userMoved = true;
    keepPosition();
  }
  function keepPosition() {
    try {
      const url = new URL(window.parent.location.href), c = map.getCenter();
      const wanted = userMoved ? [c.lat.toFixed(3), c.lng.toFixed(3), map.getZoom()].join(",") : null;
      if (url.searchParams.get("at") === wanted) return;
      if (wanted === null) url.searchParams.delete("at"); else url.searchParams.set("at", wanted);
      window.parent.history.replaceState(window.parent.history.state, "", url);
    } catch (e) { /* framed elsewhere: no link to keep */ }
  }
  function setExpected() { const c = map.getCenter(); expectedView = [c.lat, c.lng, map.getZoom()]; }
  function fit() {
    const first = fittedToken === null;
    if (!spec.view || spec.view.token === fittedToken) return;
    fittedToken = spec.view.token;
    const at = first ? positionInLink() : null;
    if (at) {
      map.setView([at[0], at[1]], at[2], { animate: false });
      userMoved = true;
    } else {
      map.fitBounds(spec.view.bounds, FIT);
      userMoved = false;
    }
    setExpected();
    keepPosition();
    if (positionTimer === null) positionTimer = setInterval(keepPosition, 700);
  }

  function pick(geometry, properties) {
    picks += 1;
    const feature = { type: "Feature", geometry, properties: Object.assign({ pick: picks }, properties) };
    // streamlit-folium hands `last_active_drawing` to Python for this event; see mapping/url_layer.py.
    map.fire("draw:created", { layerType: "pick", layer: { toGeoJSON: () => feature } });
  }

  // ---- zones ------------------------------------------------------------------------------------------------------
  function colourOf(value) {
    const c = spec.classes;
    for (let i = 0; i < c.upper.length; i++) if (value <= c.upper[i] + 1e-9) return c.colours[i];
    return c.colours[c.colours.length - 1];
  }
  function zoneStyle(i) {
    const value = valueData ? valueData.values[i] : null, status = valueData ? valueData.status[i] : "";
    const style = { stroke: true, color: "#6b7280", weight: spec.by === "ward" ? 0 : 0.5, fill: true, hatch: null };
    if (!valueData) return Object.assign(style, { fillColor: "#ffffff", fillOpacity: 0.01 });
    if (value === null) return Object.assign(style, { fillColor: spec.no_data, fillOpacity: 0.5, hatch: status === "no data" ? "no data" : "not covered" });
    return Object.assign(style, { fillColor: colourOf(value), fillOpacity: 0.78, hatch: status === "at most" || (status === "estimate" && spec.mixed) ? "estimate" : null });
  }
  function number(value) {
    return value.toLocaleString("en-GB", { minimumFractionDigits: spec.decimals, maximumFractionDigits: spec.decimals });
  }
  function zoneText(i) {
    const box = element("div"), p = zoneData.features[i].properties;
    const ward = p.ward_name || (wardNames[p.ward_code] || "");
    box.appendChild(element("strong", "", spec.by === "ward" ? ward : (p.lsoa_name || p.lsoa_code)));
    if (spec.by === "lsoa") box.appendChild(element("span", "", ward));
    if (valueData) {
      const value = valueData.values[i], status = valueData.status[i];
      box.appendChild(element("span", "", value === null ? "" : number(value) + " " + spec.unit));
      if (status) box.appendChild(element("span", "sp-note", status));
    }
    return box;
  }
  const wardNames = {};

  function drawZones() {
    const of = spec.base + spec.by, anew = held.zonesOf !== of;
    if (anew) {
      clear("zones");
      held.zonesOf = of;
      held.zones = shapesOf(zoneData, { renderer: canvas, interactive: true }).map((layer, i) => {
        if (!layer) return L.layerGroup();
        layer.on("mousemove", (e) => { tip.setLatLng(e.latlng).setContent(zoneText(i)); map.openTooltip(tip); });
        layer.on("mouseout", () => map.closeTooltip(tip));
        layer.on("click", (e) => {
          if (drawing) return;
          const p = zoneData.features[i].properties;
          L.DomEvent.stopPropagation(e);
          if (spec.pick_point) {
            const at = [Number(e.latlng.lng.toFixed(4)), Number(e.latlng.lat.toFixed(4))];
            pick({ type: "Point", coordinates: at }, { point: true });
            return;
          }
          pick(null, spec.by === "ward" ? { ward_code: p.ward_code } : { lsoa_code: p.lsoa_code, ward_code: p.ward_code });
        });
        return layer;
      });
    }
    held.zones.forEach((layer, i) => { if (layer.setStyle) layer.setStyle(zoneStyle(i)); });
    return anew;
  }

  function drawOutlines(wards) {
    if (!held.outlines.length) {
      held.outlines = shapesOf(wards, { renderer: canvas, interactive: false, fill: false, color: "#3f4a56", weight: 1.2 });
      wards.features.forEach((feature, i) => {
        wardNames[feature.properties.ward_code] = feature.properties.ward_name;
      });
      const span = (layer) => { const b = layer.getBounds(); return (b.getEast() - b.getWest()) * (b.getNorth() - b.getSouth()); };
      held.outlines.map((layer, i) => [layer, i]).filter(([layer]) => layer).sort((a, b) => span(b[0]) - span(a[0])).forEach(([layer, i]) => {
        held.labels.push(L.tooltip({ permanent: true, direction: "center", className: "sp-ward-label", interactive: false })
          .setLatLng(layer.getCenter()).setContent(element("span", "", wards.features[i].properties.ward_name)).addTo(map));
      });
      far();
    }
  }

  function drawSelected(wards) {
    clear("extras");
    const add = (layer) => held.extras.push(layer.addTo(map));
    if (spec.selected) {
      const key = spec.selected.by + "_code", data = spec.selected.by === "ward" ? wards : (spec.by === "lsoa" ? zoneData : null);
      const at = data ? data.features.findIndex((f) => f.properties[key] === spec.selected.code) : -1;
      if (at >= 0) {
        shapesOf({ features: [data.features[at]] }, { renderer: canvas, interactive: false, fill: false, color: "#ffffff", weight: 6 }).forEach((l) => held.extras.push(l));
        shapesOf({ features: [data.features[at]] }, { renderer: canvas, interactive: false, fill: false, color: "#d55e00", weight: 3.5 }).forEach((l) => held.extras.push(l));
      }
    }
    (spec.bands || []).forEach((band) => add(L.polygon(band.rings, {
      renderer: canvas, interactive: false, color: "#08306b", weight: 1, fillColor: band.colour, fillOpacity: 0.55,
    })));
    if (spec.shape) add(L.polygon(spec.shape, { renderer: canvas, interactive: false, color: "#d55e00", weight: 3.5, fill: false, dashArray: "6 4" }));
    if (spec.marker) {
      add(L.circleMarker(spec.marker, { renderer: canvas, interactive: false, radius: 10, color: "#ffffff", weight: 6, fill: false }));
      add(L.circleMarker(spec.marker, { renderer: canvas, interactive: false, radius: 10, color: "#1f2933", weight: 3, fillColor: "#f0e442", fillOpacity: 1 }));
    }
  }

  // ---- assets -----------------------------------------------------------------------------------------------------
  function bits(text, count) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), shown = new Uint8Array(count);
    for (let i = 0; i < count; i++) shown[i] = (bytes[i >> 3] >> (7 - (i & 7))) & 1;
    return shown;
  }
  function ink(colour) {
    const n = parseInt(colour.slice(1), 16);
    return (0.299 * (n >> 16) + 0.587 * ((n >> 8) & 255) + 0.114 * (n & 255)) > 140 ? "#111111" : "#ffffff";
  }
  function assetPopup(p) {
    const box = element("div", "sp-popup");
    box.appendChild(element("strong", "", p.name || spec.words.unnamed));
    const category = spec.categories[p.category];
    box.appendChild(element("span", "", (spec.types[p.type] || "") + (category ? " · " + category.name : "")));
    box.appendChild(element("span", "", spec.words.held + " " + (spec.holders[p.holder] || "")));
    [["opening_hours", spec.words.open], ["wheelchair", spec.words.wheelchair], ["operator", spec.words.operator], ["check_date", spec.words.checked]].forEach(([key, label]) => {
      if (p[key]) box.appendChild(element("span", "sp-note", label + " " + p[key]));
    });
    if (p.website && /^https?:\/\//i.test(p.website)) {
      const link = element("a", "", spec.words.website);
      link.href = p.website; link.rel = "noopener noreferrer"; link.target = "_blank";
      box.appendChild(link);
    }
    return box;
  }
  function drawAssets() {
    clear("assets");
    if (!assetData || !assetShown) return;
    const zoom = map.getZoom(), near = zoom >= 13.5, view = map.getBounds().pad(0.2), cell = 64, gathered = new Map();
    assetData.features.forEach((feature, i) => {
      if (!assetShown[i]) return;
      const [lon, lat] = feature.geometry.coordinates;
      if (!view.contains([lat, lon])) return;
      if (near) { place(feature, zoom); return; }
      const p = map.project([lat, lon], zoom), key = Math.floor(p.x / cell) + "/" + Math.floor(p.y / cell);
      if (!gathered.has(key)) gathered.set(key, []);
      gathered.get(key).push(feature);
    });
    gathered.forEach((group) => (group.length < 3 ? group.forEach((f) => place(f, zoom)) : gather(group)));
  }
  function place(feature, zoom) {
    const [lon, lat] = feature.geometry.coordinates, p = feature.properties, c = spec.categories[p.category];
    const marker = new Sign([lat, lon], {
      renderer: canvas, radius: zoom >= 15 ? 9 : zoom >= 13.5 ? 7 : 5, color: "#ffffff", weight: 1.5, fillColor: c.colour, fillOpacity: 1,
      sign: { letter: c.symbol, ink: ink(c.colour) },
    }).addTo(map);
    marker.on("mousemove", (e) => {
      const box = element("div");
      box.appendChild(element("strong", "", p.name || spec.words.unnamed));
      box.appendChild(element("span", "", spec.types[p.type] || ""));
      tip.setLatLng(e.latlng).setContent(box); map.openTooltip(tip);
    });
    marker.on("mouseout", () => map.closeTooltip(tip));
    marker.on("click", (e) => {
      L.DomEvent.stopPropagation(e);
      L.popup({ maxWidth: 260 }).setLatLng([lat, lon]).setContent(assetPopup(p)).openOn(map);
    });
    held.assets.push(marker);
  }
  // Many assets stand for their middle as one number, beside a ward's name rather than under it.
  function gather(group) {
    let lat = 0, lon = 0;
    group.forEach((f) => { lon += f.geometry.coordinates[0] / group.length; lat += f.geometry.coordinates[1] / group.length; });
    const radius = Math.min(8 + Math.sqrt(group.length) * 0.3, 14), at = map.latLngToContainerPoint([lat, lon]);
    placed.forEach((name) => {
      const over = Math.abs(name.x - at.x) < name.w + radius && Math.abs(name.y - at.y) < name.h + radius;
      if (over) at.y = name.y + (at.y < name.y ? -1 : 1) * (name.h + radius);
    });
    const shown = map.containerPointToLatLng(at);
    const marker = new Sign(shown, {
      renderer: canvas, radius, color: "#1f2933", weight: 1.2, fillColor: "#ffffff", fillOpacity: 0.92,
      sign: { count: group.length, ink: "#1f2933" },
    }).addTo(map);
    marker.on("mousemove", (e) => { tip.setLatLng(e.latlng).setContent(element("div", "", group.length + " " + spec.words.gathered)); map.openTooltip(tip); });
    marker.on("mouseout", () => map.closeTooltip(tip));
    marker.on("click", (e) => { L.DomEvent.stopPropagation(e); map.setView([lat, lon], Math.min(map.getZoom() + 2, 16)); });
    held.assets.push(marker);
  }

  // ---- drawing a neighbourhood: by pointer, or by keyboard with the arrow keys and the buttons ---------------------
  function drawTool() {
    if (!spec.draw) { if (drawing) { drawing.remove(); drawing = null; } return; }
    if (drawing) return;
    const points = [], line = L.polygon([], { renderer: canvas, interactive: false, color: "#d55e00", weight: 3, dashArray: "4 4", fillOpacity: 0.08 }).addTo(map);
    const control = L.control({ position: "topright" }), box = element("div", "sp-drawing");
    const status = element("p", "", spec.words.draw_start);
    status.setAttribute("role", "status");
    box.appendChild(status);
    const buttons = {};
    function refresh() {
      line.setLatLngs(points);
      buttons.undo.disabled = !points.length;
      buttons.done.disabled = points.length < 3;
      status.textContent = points.length ? points.length + " " + spec.words.draw_points : spec.words.draw_start;
    }
    function add(latlng) { if (points.length < 60) { points.push(latlng); refresh(); } }
    function finish() {
      if (points.length < 3) return;
      const ring = points.map((p) => [Number(p.lng.toFixed(5)), Number(p.lat.toFixed(5))]);
      ring.push(ring[0]);
      pick({ type: "Polygon", coordinates: [ring] }, { drawn: true });
    }
    [["centre", spec.words.draw_centre, () => add(map.getCenter())], ["undo", spec.words.draw_undo, () => { points.pop(); refresh(); }],
      ["done", spec.words.draw_done, finish]].forEach(([name, label, act]) => {
      buttons[name] = element("button", "", label);
      buttons[name].type = "button";
      buttons[name].addEventListener("click", act);
      box.appendChild(buttons[name]);
    });
    L.DomEvent.disableClickPropagation(box);
    const clicked = (e) => add(e.latlng);
    map.on("click", clicked);
    control.onAdd = () => box;
    control.addTo(map);
    refresh();
    drawing = { remove: () => { control.remove(); line.remove(); map.off("click", clicked); } };
  }

  function attribution() {
    const control = map.attributionControl;
    Object.keys(control._attributions || {}).forEach((text) => control.removeAttribution(text));
    spec.attribution.forEach((entry) => {
      const safe = element("span", "", entry.text).innerHTML;
      const link = entry.url ? element("a", "", entry.text) : null;
      if (link) { link.href = entry.url; link.target = "_blank"; link.rel = "noopener noreferrer"; }
      control.addAttribution(link ? link.outerHTML : safe);
    });
  }

  async function draw(given, text) {
    const mine = ++serial;
    spec = decode(text);
    if (!map) start(given);
    map.getContainer().setAttribute("aria-label", spec.words.map_label);
    map.getContainer().setAttribute("role", "region");
    // Streamlit names the frame after its program; a person who comes to it hears what it holds.
    if (window.frameElement) window.frameElement.setAttribute("aria-label", spec.words.map_label);
    size();
    fit();
    attribution();
    if (spec.tiles && !tiles) {
      tiles = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { maxZoom: 19, pane: "tilePane" }).addTo(map);
    } else if (!spec.tiles && tiles) { tiles.remove(); tiles = null; }
    try {
      const wanted = spec.by === "ward" ? "wards.geojson" : "lsoas.geojson";
      const [wards, zones, values, assets] = await Promise.all([
        getJson("wards.geojson"), getJson(wanted), spec.carried || (spec.values ? getJson(spec.values) : null), spec.assets ? getJson("assets.geojson") : null,
      ]);
      if (mine !== serial) return;  // a newer description has come meanwhile
      zoneData = zones; valueData = values; assetData = assets;
      assetShown = assets ? bits(spec.assets.mask, assets.features.length) : null;
      wards.features.forEach((f) => { wardNames[f.properties.ward_code] = f.properties.ward_name; });
      const anew = drawZones();
      if (!held.outlines.length) drawOutlines(wards);
      if (anew) {
        held.greens.forEach((l) => l.bringToFront());
        held.outlines.forEach((l) => l && l.bringToFront());
      }
      // A switch of the shaded layer moves nothing else: what stands above the zones is left standing.
      const marked = JSON.stringify([spec.selected, spec.marker, spec.shape, spec.bands]), shown = spec.assets && spec.assets.mask;
      const mark = anew || held.marked !== marked;
      if (mark) drawSelected(wards);
      if (mark || held.shown !== shown) drawAssets();
      Object.assign(held, { marked, shown });
      drawTool();
      say("");
      map.getContainer().dataset.drawn = String(mine);
      map.getContainer().dataset.values = spec.values || "";
      map.getContainer().dataset.assets = String(assetShown ? assetShown.reduce((a, b) => a + b, 0) : 0);
      dress(mine);
    } catch (fault) {
      if (mine === serial) say(spec.words.fetch_failed, true);
    }
  }

  // Thousands of outlines far out would be a scribble: a green space gets its line when it is large enough to see.
  function weighGreens() {
    const near = map.getZoom() >= 12.5;
    held.greens.forEach((layer) => { if (layer.options.stroke !== near) layer.setStyle({ stroke: near }); });
  }

  // Water, streets and green come after what was asked for; without them the map is plainer but right.
  async function dress(mine) {
    const ground = { water: { color: "#9ecae1", fillColor: "#cfe6f2" }, street_lines: { color: "#d0d0cb" } };
    for (const name of spec.ground) {
      if (held.under[name]) continue;
      held.under[name] = true;
      const data = await getJson(name + ".geojson").catch(() => null);
      if (!data) continue;
      const lines = name === "street_lines";
      shapesOf(data, Object.assign({ renderer: underCanvas, pane: "under", interactive: false, weight: lines ? 0.8 : 0.5, fill: !lines, fillOpacity: 0.9 }, ground[name]), lines ? L.polyline : L.polygon);
    }
    if (mine !== serial) return;
    if (spec.greens && !held.greens.length) {
      const data = await getJson("green_space.geojson").catch(() => null);
      if (mine !== serial || !data) return;
      held.greens = shapesOf(data, { renderer: canvas, interactive: false, color: "#1b7837", weight: 1, fillColor: "#7fbf7b", fillOpacity: 0.45 }).filter(Boolean);
      weighGreens();
      held.outlines.forEach((l) => l && l.bringToFront());
      held.extras.forEach((l) => l.bringToFront && l.bringToFront());
      held.assets.forEach((l) => l.bringToFront());
    } else if (!spec.greens && held.greens.length) { clear("greens"); }
    map.getContainer().dataset.dressed = String(mine);
  }

  // The frame gets its width and height after the first drawing; whoever has not moved the map sees all of it.
  window.addEventListener("resize", () => { if (spec) size(); });
  window.strongPlaces = { draw, state: () => ({ spec, zones: held.zones.length, assets: held.assets.length, greens: held.greens.length, map }) };
})();
