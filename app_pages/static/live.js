// A line that screen readers follow: it stays in the page while its words change, or they would not be read out.
export default function (component) {
  const { data, parentElement } = component;
  const line = parentElement.querySelector("[role=status]");
  if (line.textContent !== data.text) line.textContent = data.text;
}
