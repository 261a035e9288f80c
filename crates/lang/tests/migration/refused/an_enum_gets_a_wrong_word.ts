export default function migrate(event) {
  return { ...event, kind: event.number > 1 ? "a" : "z" };
}
