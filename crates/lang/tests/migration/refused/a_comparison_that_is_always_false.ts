export default function migrate(event) {
  return { ...event, maybe: event.kind === "late" ? 1 : 2 };
}
