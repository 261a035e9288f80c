export default function migrate(event) {
  const tags = event.tags;
  tags.push("new");
  return { ...event, tags };
}
