export default function migrate(event) {
  return { ...event, tags: event.tags.map((tag) => tag.trim()) };
}
