// Opens and closes the choices on a narrow screen. The state stands on <body>, where Streamlit does not redraw.
export default function (component) {
  const { data, parentElement } = component;
  const button = parentElement.querySelector("button");
  const text = document.createElement("span"), change = document.createElement("span");
  text.textContent = data.text;
  change.textContent = data.change;
  button.replaceChildren(text, change);
  const isOpen = () => document.body.dataset.spChoices === "open";
  button.setAttribute("aria-expanded", String(isOpen()));
  button.onclick = () => {
    document.body.dataset.spChoices = isOpen() ? "" : "open";
    button.setAttribute("aria-expanded", String(isOpen()));
  };
}
