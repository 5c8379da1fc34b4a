// What diagrams are drawn with, in light and in dark.
import "./colors.css";

export function diagramColors() {
  const colors = getComputedStyle(document.documentElement);
  const named = (name) => colors.getPropertyValue(`--m-diagram-${name}`).trim();
  return { defaultFillColor: named("fill"), defaultStrokeColor: named("stroke"), defaultLabelColor: named("label") };
}
