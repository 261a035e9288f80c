export default function migrate(event) {
  return { ...event, number: typeof event.text === "string" ? 1 : 2 };
}
