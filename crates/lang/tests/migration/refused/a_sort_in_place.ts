export default function migrate(event) {
  return { ...event, tags: event.tags.sort() };
}
