export default function migrate(event) {
  for (const tag of event.tags) {
    if (tag !== "skip") return event;
  }
  return null;
}
