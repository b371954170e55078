// A sortable table with real markup. Every text is set with textContent: names come from outside.
export default function (component) {
  const root = component.parentElement.querySelector(".sp-table"), host = root.getRootNode().host || root;
  if (root._waiting) root._waiting();
  root._waiting = null;
  // The map comes first: hundreds of rows would hold it up. Until they are there, those before them are stale.
  host.dataset.stale = "true";
  let done = false;
  const now = () => {
    if (done) return;
    done = true;
    root._waiting = null;
    delete host.dataset.stale;
    draw(component, root);
  };
  root._waiting = () => { done = true; };
  // After the next picture but one, which is the map's; or soon, in a tab that draws none.
  const frame = window.requestAnimationFrame, idle = window.requestIdleCallback || ((then) => setTimeout(then, 30));
  frame(() => frame(() => idle(now, { timeout: 300 })));
  setTimeout(now, 600);
}

function draw(component, root) {
  const { data, setTriggerValue } = component;
  const words = data.words, columns = data.columns, count = columns.length ? columns[0].cells.length : 0;
  const kept = root._kept || (root._kept = { column: null, down: true, key: "" });
  const key = columns.map((c) => c.label).join("|");
  if (kept.key !== key) { kept.key = key; kept.column = null; }

  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const formats = {};  // one for each number of decimals: making one is far slower than using it
  const figure = (value, decimals) => (formats[decimals] || (formats[decimals] =
    new Intl.NumberFormat("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }))).format(value);

  let live = root.querySelector(".sp-live");
  if (!live) {
    live = make("div", "", "sp-live");
    live.setAttribute("role", "status");
    root.appendChild(live);
  }
  const old = root.querySelector(".sp-scroll"), at = old ? old.scrollTop : 0;
  // Whoever stands in the table with the keyboard still stands there when it has been drawn anew.
  const focused = root.getRootNode().activeElement, stands = old && old.contains(focused) ? focused.dataset.key || "" : null;
  const scroll = make("div", undefined, "sp-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", data.caption);
  scroll.style.maxHeight = data.height + "px";
  const table = make("table"), head = make("thead"), body = make("tbody"), row = make("tr");
  table.appendChild(make("caption", data.caption));

  function fill(focusColumn) {
    const order = [...Array(count).keys()];
    if (kept.column !== null) {
      const { cells, decimals } = columns[kept.column], way = kept.down ? -1 : 1;
      order.sort((a, b) => {
        const x = cells[a], y = cells[b];
        if (x === null || y === null) return (x === null) - (y === null);   // unknown always comes last
        return way * (decimals === null ? String(x).localeCompare(String(y), "en") : x - y) || a - b;
      });
    }
    body.replaceChildren(...order.map((i) => {
      const line = make("tr");
      columns.forEach((column, c) => {
        const value = column.cells[i], cell = make(c === 0 ? "th" : "td");
        if (c === 0) cell.scope = "row";
        if (column.decimals !== null) cell.className = "n";
        const text = value === null ? words.no_data : column.decimals === null ? value : figure(value, column.decimals);
        if (c === 0 && data.picks) {
          const button = make("button", text);
          button.type = "button";
          button.dataset.key = "row " + data.picks[i];
          button.addEventListener("click", () => setTriggerValue("picked", data.picks[i]));
          cell.appendChild(button);
        } else {
          cell.textContent = text;
          if (value === null) cell.classList.add("none");
        }
        if (column.bar && value !== null) {
          const most = column.most || (column.most = Math.max(...column.cells.filter((v) => v !== null), 0));
          const bar = make("span", undefined, "bar");
          bar.setAttribute("aria-hidden", "true");
          bar.style.width = (most ? Math.round((100 * value) / most) : 0) + "%";
          cell.appendChild(bar);
        }
        line.appendChild(cell);
      });
      return line;
    }));
    [...row.children].forEach((th, c) => {
      if (kept.column === c) th.setAttribute("aria-sort", kept.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
    if (focusColumn !== undefined) {
      live.textContent = words.sorted + " " + columns[kept.column].label + ", " + (kept.down ? words.down : words.up) + ". " + count + " " + words.rows + ".";
    }
  }

  columns.forEach((column, c) => {
    const th = make("th", undefined, column.decimals === null ? "" : "n");
    th.scope = "col";
    const button = make("button", column.label);
    button.type = "button";
    button.dataset.key = "column " + c;
    button.title = words.sort + " " + column.label;
    button.addEventListener("click", () => {
      if (kept.column === c) kept.down = !kept.down;
      else { kept.column = c; kept.down = column.decimals !== null; }
      fill(c);
    });
    th.appendChild(button);
    row.appendChild(th);
  });
  head.appendChild(row);
  table.append(head, body);
  scroll.appendChild(table);
  fill();
  if (old) old.replaceWith(scroll); else root.prepend(scroll);
  scroll.scrollTop = at;
  if (stands !== null) (scroll.querySelector(`[data-key="${CSS.escape(stands)}"]`) || scroll).focus({ preventScroll: true });
}
