export default function migrate(event) {
  const partial = event.number > 1 ? { text: "x" } : {};
  return { ...event, ...partial };
}
